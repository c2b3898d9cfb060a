using System.Globalization;
using System.Text;
using Pipeline.Tokenization.Templates.Evaluation;

namespace Pipeline.Tokenization.Templates.Library;

/// <summary>
/// Python's <c>str.format</c>: fields that are empty, numbers or names, braces that are doubled. What comes after a field's name, such as a
/// width, is refused.
/// </summary>
internal static class StringFormat
{
    public static string Fill(string format, Arguments arguments)
    {
        StringBuilder text = new();
        int next = 0;
        for (int i = 0; i < format.Length; i++)
        {
            char c = format[i];
            if (c is not ('{' or '}'))
            {
                text.Append(c);
            }
            else if (i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else
            {
                int end = c == '{' ? format.IndexOf('}', i) : -1;
                if (end < 0)
                {
                    throw new TemplateRenderException($"A single '{c}' in a format");
                }
                text.Append(PythonText.Str(Field(format[(i + 1)..end], arguments, ref next)));
                i = end;
            }
            Limits.CheckText(text.Length);
        }
        return text.ToString();
    }

    private static object? Field(string name, Arguments arguments, ref int next)
    {
        if (name.AsSpan().IndexOfAny(":!.[{") >= 0)
        {
            throw new TemplateRenderException($"The field '{{{name}}}' of a format is not supported");
        }
        int index = name.Length == 0 ? next++
            : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int given) ? given : -1;
        return index >= 0 && index < arguments.Positional.Count ? arguments.Positional[index]
            : index < 0 && arguments.Named.TryGetValue(name, out object? value) ? value
            : throw new TemplateRenderException($"A format has no value for '{{{name}}}'");
    }
}
