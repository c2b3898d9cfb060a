using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Engine.Grammar;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Tests.Grammar.Support;

namespace Pipeline.Engine.Tests.Grammar;

/// <summary>Schemas, and texts that do and do not belong to them.</summary>
public sealed class SchemaTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}},"required":["a"],"additionalProperties":false}""",
        new[] { """{"a":1}""", """{"a":1,"b":""}""", """{ "a": 1, "b": "x" }""", "{\n  \"a\": 1,\n  \"b\": \"x\"\n}" },
        new[] { "{}", """{"b":""}""", """{"b":"","a":1}""", """{"a":1,"c":2}""", """{"a":1,}""", """{"a" :1}""", """{"a":1}  """, "{\n\n\"a\":1}", """{"a":01}""" })]
    [InlineData("""{"properties":{"a":{}},"additionalProperties":{"type":"integer"}}""",
        new[] { "{}", """{"a":[1,{"b":null}]}""", """{"x":1,"y":2}""", """{"a":1,"x":3}""" }, new[] { """{"x":"1"}""", """{"x":1,"a":1}""", """{"\u0061":1}""", "3" })]
    [InlineData("""{"type":"object","properties":{"ab":{"type":"null"}},"patternProperties":{"^a":{"type":["integer","null"]},"b$":{"type":["null","string"]}},"additionalProperties":false}""",
        new[] { """{"ab":null,"ax":1,"xb":"y","axb":null}""", "{}" }, new[] { """{"axb":1}""", """{"x":1}""", """{"ab":1}""" })]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"number"}},"required":["a"]},{"properties":{"a":{"maximum":5},"b":{}},"additionalProperties":false}]}""",
        new[] { """{"a":4.5}""", """{"a":1,"b":[]}""" }, new[] { "{}", """{"a":6}""", """{"a":1,"c":1}""" })]
    [InlineData("""{"$defs":{"node":{"type":"object","properties":{"v":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["v","next"],"additionalProperties":false}},"$ref":"#/$defs/node"}""",
        new[] { """{"v":1,"next":null}""", """{"v":1,"next":{"v":2,"next":{"v":3,"next":null}}}""" }, new[] { """{"v":1,"next":{"v":2,"next":null}""", """{"v":1,"next":{}}""" })]
    [InlineData("""{"type":"array","items":{"$ref":"#"}}""", new[] { "[]", "[[],[[]]]" }, new[] { "[[]", "[1]", "[]]" })]
    [InlineData("""{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":{"type":"boolean"},"minItems":1,"maxItems":4}""",
        new[] { """["a"]""", """["a",1]""", """["a",1,true,false]""" }, new[] { "[]", "[1]", """["a",true]""", """["a",1,true,true,true]""" })]
    [InlineData("""{"type":"array","prefixItems":[{"type":"string"}],"items":false}""", new[] { "[]", """["a"]""" }, new[] { """["a",1]""" })]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", new[] { "\"ab\"", "\"漢字😀\"", "\"\\ud83d\\ude00\\n\"", "\"\\u00e9é\"" },
        new[] { "\"a\"", "\"abcd\"", "\"a\n\"", "\"\\ud83dx\"", "\"\\ude00a\"", "\"ab", "\"\\x\"" })]
    [InlineData("""{"type":"string","pattern":"^a\"?\\n*$","maxLength":3}""", new[] { "\"a\"", "\"a\\\"\\n\"" }, new[] { "\"a\\n\\n\\n\"", "\"a\\u000a\"", "\"b\"" })]
    [InlineData("""{"type":["string","null"],"enum":["x","y",null,3]}""", new[] { "\"x\"", "null" }, new[] { "3", "\"z\"" })]
    [InlineData("""{"enum":["aa","b",7],"pattern":"a"}""", new[] { "\"aa\"", "7" }, new[] { "\"b\"" })]
    [InlineData("""{"const":{"k":[1,"é\"",null]}}""", new[] { """{"k":[1,"é\"",null]}""" }, new[] { """{"k": [1,"é\"",null]}""" })]
    [InlineData("""{"type":"string","nullable":true}""", new[] { "null", "\"\"" }, new[] { "1" })]
    [InlineData("""{"type":"object","anyOf":[{"required":["a"]},{"required":["b"]}],"properties":{"a":{"const":1},"b":{"const":2}},"additionalProperties":false}""",
        new[] { """{"a":1}""", """{"b":2}""", """{"a":1,"b":2}""" }, new[] { "{}" })]
    [InlineData("""{"type":"object","additionalProperties":{"type":"integer"},"minProperties":1,"maxProperties":2}""", new[] { """{"a":1}""", """{"a":1,"b":2}""" }, new[] { "{}", """{"a":1,"b":2,"c":3}""" })]
    [InlineData("""{"type":"number","multipleOf":0.01,"minimum":0}""", new[] { "0", "1.5", "12.34" }, new[] { "-1", "1.234", "1e2" })]
    [InlineData("""{"type":"integer","multipleOf":7,"exclusiveMinimum":0}""", new[] { "7", "49", "7000" }, new[] { "0", "8", "-7" })]
    [InlineData("true", new[] { "1", "{\"a\":[]}", "\"x\"", "-0.5e+7", "null" }, new[] { "", "01", "1.", "+1", "nul", "[1 ,2]" })]
    public void Texts_belong_to_a_schema_or_not(string schema, string[] valid, string[] invalid)
    {
        CompiledGrammar grammar = Languages.Schema(schema);
        Assert.All(valid, text => Assert.True(grammar.Has(text), text));
        Assert.All(invalid, text => Assert.False(grammar.Has(text), text));
    }

    [Fact]
    public void Compact_texts_have_no_white_space()
    {
        CompiledGrammar grammar = Languages.Schema("""{"type":"object","properties":{"a":{"type":"array"}},"required":["a"]}""", compact: true);
        Assert.True(grammar.Has("""{"a":[1,{"b c":2}],"x":[]}"""));
        Assert.False(grammar.Has("""{"a": []}"""));
        Assert.False(grammar.Has("""{"a":[1, 2]}"""));
    }

    [Fact]
    public void Whole_numbers_keep_to_their_bounds_to_the_last_one()
    {
        var random = new Random(4);
        for (int i = 0; i < 60; i++)
        {
            int low = random.Next(-150, 150) * random.Next(1, 5), high = low + 1 + random.Next(1 << random.Next(1, 11));
            CompiledGrammar grammar = Languages.Schema($$"""{"type":"integer","minimum":{{low}},"exclusiveMaximum":{{high}}}""");
            for (int value = low - 20; value < high + 20; value++)
            {
                Assert.Equal(value >= low && value < high, grammar.Has(value.ToString(CultureInfo.InvariantCulture)));
            }
        }
    }

    [Fact]
    public void Fractions_keep_to_their_bounds_figure_by_figure()
    {
        var random = new Random(5);
        for (int i = 0; i < 60; i++)
        {
            decimal low = random.Next(-300, 300) / 20m, high = low + (random.Next(1, 100) / 40m);
            (bool above, bool below) = (random.Next(2) == 0, random.Next(2) == 0);
            CompiledGrammar grammar = Languages.Schema(
                $$"""{"type":"number","{{(above ? "exclusiveMinimum" : "minimum")}}":{{low}},"{{(below ? "exclusiveMaximum" : "maximum")}}":{{high}}}""");
            for (decimal value = low - 1; value < high + 1; value += 0.0125m)
            {
                bool expected = (above ? value > low : value >= low) && (below ? value < high : value <= high);
                Assert.True(expected == grammar.Has(value.ToString("0.0###", CultureInfo.InvariantCulture)), $"{value} in {low} to {high}: {expected}");
                Assert.True(expected == grammar.Has(value.ToString("0.####", CultureInfo.InvariantCulture)), $"{value} in {low} to {high}: {expected}");
            }
        }
    }

    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"not":{}}}}""", ".properties.a.not")]
    [InlineData("""{"type":"array","uniqueItems":true}""", ".uniqueItems")]
    [InlineData("""{"anyOf":[{"type":"string"},{"if":{}}]}""", ".anyOf[1].if")]
    [InlineData("""{"$defs":{"x":{"type":"string","format":"iri"}},"type":"array","items":{"$ref":"#/$defs/x"}}""", ".$defs.x.format")]
    [InlineData("""{"type":"string","pattern":"(?=a)"}""", ".pattern")]
    [InlineData("""{"$ref":"#/$defs/missing"}""", ".$ref")]
    [InlineData("""{"$ref":"https://example.com/schema"}""", ".$ref")]
    [InlineData("""{"properties":{"a":{"$ref":"#/properties/a"}}}""", ".properties.a")]
    [InlineData("""{"type":"number","multipleOf":0.3}""", ".multipleOf")]
    [InlineData("""{"type":"str"}""", ".type")]
    [InlineData("""{"properties":{"a":{}},"minProperties":1}""", ".minProperties")]
    [InlineData("""{"properties":{"a":{}},"maxProperties":3}""", ".maxProperties")]
    [InlineData("""{"items":[{}]}""", ".items")]
    [InlineData("""{"contains":{}}""", ".contains")]
    [InlineData("""{"propertyNames":{}}""", ".propertyNames")]
    [InlineData("""{"dependentRequired":{}}""", ".dependentRequired")]
    [InlineData("""{"unevaluatedProperties":false}""", ".unevaluatedProperties")]
    [InlineData("""{"minLength":-1}""", ".minLength")]
    [InlineData("""{"required":"a"}""", ".required")]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"number"}]}""", ".oneOf")]
    [InlineData("""{"oneOf":[{"type":"string"},{"const":"a"}]}""", ".oneOf")]
    [InlineData("""{"type":"object","properties":{"a":{},"b":{}},"oneOf":[{"required":["a"]},{"required":["b"]}]}""", ".oneOf")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"k":{"const":1}},"required":["k"]},{"type":"object","properties":{"k":{"const":2}}}]}""", ".oneOf")]
    [InlineData("""{"oneOf":[{"type":"object","properties":{"k":{"enum":[1,2]}},"required":["k"]},{"type":"object","properties":{"k":{"enum":[2.0]}},"required":["k"]}]}""", ".oneOf")]
    [InlineData("""{"minLength":1,"oneOf":[{"required":["a"]},{"properties":{"b":{}},"additionalProperties":false}]}""", ".oneOf")]
    [InlineData("3", "")]
    [InlineData("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "")]
    [InlineData("""{"type":"string","minLength":3,"maxLength":2}""", "")]
    public void What_is_not_supported_is_refused_by_its_place(string schema, string path) =>
        Assert.Equal(path, Assert.Throws<GrammarException>(() => Languages.Schema(schema)).Path);

    [Theory]
    [InlineData("""{"oneOf":[{"type":"string"},{"type":"integer"},{"type":["null","array"]}]}""", "\"a\"", "1.5")]
    [InlineData("""{"oneOf":[{"const":"a"},{"enum":["b",1]}]}""", "1", "\"c\"")]
    [InlineData("""{"oneOf":[{"properties":{"k":{"const":"x"},"v":{"type":"string"}},"required":["k"]},{"properties":{"k":{"enum":["y","z"]},"v":{"type":"integer"}},"required":["k","v"]}]}""", """{"k":"z","v":3}""", """{"k":"z","v":"s"}""")]
    [InlineData("""{"oneOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"integer"}},"additionalProperties":false}]}""", """{"b":3}""", """{"b":"s"}""")]
    [InlineData("""{"$defs":{"leaf":{"const":"leaf"}},"oneOf":[{"$ref":"#/$defs/leaf"},{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"],"additionalProperties":false}]}""", """{"next":{"next":"leaf"}}""", """{"next":{}}""")]
    public void Alternatives_that_exclude_each_other_are_told_apart_by_types_values_or_a_member(string schema, string valid, string invalid)
    {
        CompiledGrammar grammar = Languages.Schema(schema);
        Assert.True(grammar.Has(valid));
        Assert.False(grammar.Has(invalid));
    }

    [Fact]
    public void Texts_nest_as_deep_as_they_like()
    {
        CompiledGrammar grammar = Languages.Schema("""{"type":"array","items":{"$ref":"#"}}""");
        Assert.True(grammar.Has(new string('[', 3000) + new string(']', 3000)));
        Assert.False(grammar.Has(new string('[', 3000) + new string(']', 2999)));
        Assert.False(grammar.Has(new string('[', 3000) + new string(']', 3001)));
    }

    [Fact]
    public void Long_repetitions_are_counted_and_not_written_out()
    {
        CompiledGrammar grammar = Languages.Schema("""{"type":"array","items":{"type":"string","minLength":500,"maxLength":100000},"minItems":200,"maxItems":100000}""");
        string item = $"\"{new string('x', 500)}\"";
        Assert.True(grammar.Has($"[{string.Join(',', Enumerable.Repeat(item, 200))}]"));
        Assert.False(grammar.Has($"[{string.Join(',', Enumerable.Repeat(item, 199))}]"));
        Assert.False(grammar.Has($"[{string.Join(',', Enumerable.Repeat("\"x\"", 200))}]"));
    }

    [Fact]
    public void A_hundred_optional_properties_make_no_hundred_squared()
    {
        var properties = new JsonObject(Enumerable.Range(0, 300).Select(i => KeyValuePair.Create($"property {i}", (JsonNode?)new JsonObject { ["type"] = "integer" })));
        CompiledGrammar grammar = Languages.Schema(new JsonObject { ["properties"] = properties, ["additionalProperties"] = false }.ToJsonString());
        Assert.True(grammar.Has("""{"property 7":1,"property 299":2}"""));
        Assert.False(grammar.Has("""{"property 299":2,"property 7":1}"""));
    }
}
