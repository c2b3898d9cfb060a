using System.Globalization;
using System.Text;

namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>
/// Values as JSON, as Python's <c>json.dumps(..., ensure_ascii=False)</c> writes them, which is what transformers makes
/// of <c>tojson</c>: blanks after commas and colons, and nothing escaped that need not be.
/// </summary>
internal sealed class JsonText(string? indent, string itemSeparator, string keySeparator, bool asciiOnly, bool sortKeys)
{
    private readonly StringBuilder _text = new();

    public string Write(object? value)
    {
        Write(value, 0);
        return _text.ToString();
    }

    private void Write(object? value, int depth)
    {
        Limits.CheckStack();
        Limits.CheckText(_text.Length);
        switch (value)
        {
            case List<object?> list:
                Block('[', ']', list, depth, item => Write(item, depth + 1));
                break;
            case Mapping mapping:
                IEnumerable<KeyValuePair<object, object?>> entries =
                    sortKeys ? mapping.OrderBy(entry => entry.Key, Comparer<object>.Create(Operators.Order)) : mapping;
                Block('{', '}', [.. entries], depth, entry =>
                {
                    Quote(entry.Key as string ?? Scalar(entry.Key));
                    _text.Append(keySeparator);
                    Write(entry.Value, depth + 1);
                });
                break;
            case string text:
                Quote(text);
                break;
            default:
                _text.Append(Scalar(value));
                break;
        }
    }

    private static string Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long integer => integer.ToString(CultureInfo.InvariantCulture),
        double number => PythonText.Float(number) switch
        {
            "nan" => "NaN",
            "inf" => "Infinity",
            "-inf" => "-Infinity",
            string finite => finite,
        },
        _ => throw new TemplateRenderException($"A value of type {Values.TypeName(value)} cannot be written as JSON"),
    };

    private void Block<T>(char open, char close, List<T> items, int depth, Action<T> write)
    {
        _text.Append(open);
        for (int i = 0; i < items.Count; i++)
        {
            _text.Append(i > 0 ? itemSeparator : "");
            NewLine(depth + 1);
            write(items[i]);
        }
        if (items.Count > 0)
        {
            NewLine(depth);
        }
        _text.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is not null)
        {
            _text.Append('\n');
            _text.Insert(_text.Length, indent, depth);
        }
    }

    private void Quote(string text)
    {
        _text.Append('"');
        foreach (char c in text)
        {
            string? escaped = c switch
            {
                '"' => "\\\"",
                '\\' => @"\\",
                '\n' => @"\n",
                '\r' => @"\r",
                '\t' => @"\t",
                '\b' => @"\b",
                '\f' => @"\f",
                _ when c < ' ' || (asciiOnly && c > '~') => $"\\u{(int)c:x4}",
                _ => null,
            };
            if (escaped is null)
            {
                _text.Append(c);
            }
            else
            {
                _text.Append(escaped);
            }
        }
        _text.Append('"');
    }
}
