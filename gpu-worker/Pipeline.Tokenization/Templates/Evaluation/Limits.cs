using System.Runtime.CompilerServices;

namespace Pipeline.Tokenization.Templates.Evaluation;

/// <summary>
/// What a template may use up. It comes with a model, from anybody: it must take neither the process's memory nor its stack,
/// and must end.
/// </summary>
internal static class Limits
{
    /// <summary>Characters of a text, the output included.</summary>
    public const int LongestText = 64 * 1024 * 1024;

    /// <summary>Values in a list.</summary>
    public const int LongestList = 1_000_000;

    /// <summary>Statements run and rounds of loops: a real template takes some tens for each message.</summary>
    public const int MostSteps = 2_000_000;

    /// <exception cref="TemplateRenderException">A text would be too long.</exception>
    public static void CheckText(long length)
    {
        if (length > LongestText)
        {
            throw new TemplateRenderException($"A text would have more than {LongestText} characters");
        }
    }

    /// <exception cref="TemplateRenderException">A list would be too long.</exception>
    public static void CheckList(long count)
    {
        if (count > LongestList)
        {
            throw new TemplateRenderException($"A list would have more than {LongestList} values");
        }
    }

    /// <exception cref="TemplateRenderException">Values are nested so deeply that the stack is nearly used up.</exception>
    public static void CheckStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateRenderException("Values are nested too deeply");
        }
    }
}
