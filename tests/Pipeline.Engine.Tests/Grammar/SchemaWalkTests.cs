using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Pipeline.Engine.Grammar.Masks;
using Pipeline.Engine.Tests.Grammar.Support;

namespace Pipeline.Engine.Tests.Grammar;

/// <summary>What is drawn from the masks of made-up schemas: JsonSchema.Net judges it.</summary>
public sealed class SchemaWalkTests
{
    private static readonly EvaluationOptions Strictly = new() { RequireFormatValidation = true };

    public static TheoryData<string> Names => Vocabularies.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Whatever_is_drawn_from_the_masks_validates(string name)
    {
        int finished = 0;
        for (int seed = 0; seed < 120; seed++)
        {
            (string schema, CompiledGrammar grammar) = RandomSchemas.Satisfiable(seed, 3, Vocabularies.Of(name), compact: seed % 3 == 0);
            var judge = JsonSchema.FromText(schema);
            for (int i = 0; i < 5; i++)
            {
                if (Walk.Draw(grammar, new Random((seed * 10) + i)) is { } text)
                {
                    finished++;
                    string output = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text);
                    JsonElement value = JsonElement.Parse(output, new JsonDocumentOptions { MaxDepth = 2000 });
                    EvaluationResults verdict = judge.Evaluate(value, Strictly);
                    Assert.True(verdict.IsValid, $"{schema}\ndoes not accept\n{output}");
                }
            }
        }

        Assert.True(finished > 400, $"Only {finished} walks came to an end.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_validates_is_accepted_however_it_is_cut_into_tokens(string name)
    {
        TokenVocabulary vocabulary = Vocabularies.Of(name);
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            (JsonObject schema, JsonNode? value) = new RandomInstances(seed).Next(3);
            CompiledGrammar grammar = Languages.Schema(schema.ToJsonString(), vocabulary);
            byte[] text = Encoding.UTF8.GetBytes(RandomInstances.Write(value, random));
            var constraint = new TokenConstraint(grammar);
            foreach (int token in Walk.Cut(vocabulary, text, random))
            {
                Assert.True(constraint.Accept(token), $"{schema.ToJsonString()}\nrefuses a token of\n{Encoding.UTF8.GetString(text)}");
            }

            Assert.True(constraint.MayEnd);
            Assert.Equal(vocabulary.EndTokens.Order(), constraint.Allowed(vocabulary).Where(vocabulary.IsEnd));
        }
    }
}
