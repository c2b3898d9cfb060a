using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Pipeline.Documents.Text;

/// <summary>
/// The text of HTML as a reader sees it: blocks on their own lines, cells side by side, lists with dashes. Scripts, styles, and
/// what is marked hidden are left out; nothing is run and nothing is loaded. Walks without recursion.
/// </summary>
internal static class HtmlText
{
    private static readonly HashSet<string> Unseen = new(StringComparer.Ordinal)
    {
        "SCRIPT", "STYLE", "NOSCRIPT", "TEMPLATE", "IFRAME", "OBJECT", "SVG", "MATH", "HEAD", "SELECT", "TEXTAREA", "INPUT", "BUTTON", "CANVAS", "AUDIO", "VIDEO",
    };

    private static readonly HashSet<string> Paragraphs = new(StringComparer.Ordinal)
    {
        "P", "H1", "H2", "H3", "H4", "H5", "H6", "TABLE", "UL", "OL", "DL", "BLOCKQUOTE", "PRE", "SECTION", "ARTICLE", "FIGURE",
    };

    private static readonly HashSet<string> Lines = new(StringComparer.Ordinal)
    {
        "DIV", "LI", "TR", "DT", "DD", "HEADER", "FOOTER", "MAIN", "NAV", "ASIDE", "ADDRESS", "FORM", "FIELDSET", "HR", "BODY", "CAPTION", "DETAILS", "SUMMARY", "CENTER",
    };

    /// <summary>The text of a page.</summary>
    /// <exception cref="UnreadableException">It is too long, or nests too deep.</exception>
    public static string Of(string html, Extraction extraction)
    {
        HtmlDepth.Check(html);
        using IDocument page = new HtmlParser(new HtmlParserOptions { IsScripting = false }).ParseDocument(html);
        FlowText text = new(extraction);
        if (page.Title is { Length: > 0 } title)
        {
            text.Add(title);
            text.Paragraph();
        }

        INode? root = page.Body;
        for (INode? node = root; node is not null;)
        {
            bool enter = Enter(node, text);
            if (enter && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node is not null)
            {
                Leave(node, text);
                if (node == root)
                {
                    return text.ToString();
                }

                if (node.NextSibling is { } next)
                {
                    node = next;
                    break;
                }

                node = node.Parent;
            }
        }

        return text.ToString();
    }

    /// <returns>Whether to look into the node.</returns>
    private static bool Enter(INode node, FlowText text)
    {
        if (node is IText content)
        {
            if (content.ParentElement?.Closest("pre") is not null)
            {
                text.AddAsIs(content.Data);
            }
            else
            {
                text.Add(content.Data);
            }

            return false;
        }

        if (node is not IElement element || IsUnseen(element))
        {
            return false;
        }

        Break(element.NodeName, text);
        switch (element.NodeName)
        {
            case "BR":
                text.Line();
                break;
            case "LI":
                text.Add("- ");
                break;
            case "TD" or "TH" when element.PreviousElementSibling is not null:
                text.Cell();
                break;
            case "IMG" when element.GetAttribute("alt") is { Length: > 0 } alt:
                text.Add($" {alt} ");
                break;
        }

        return true;
    }

    private static void Leave(INode node, FlowText text)
    {
        if (node is IElement element && !IsUnseen(element))
        {
            Break(element.NodeName, text);
        }
    }

    private static void Break(string name, FlowText text)
    {
        if (Paragraphs.Contains(name))
        {
            text.Paragraph();
        }
        else if (Lines.Contains(name))
        {
            text.Line();
        }
    }

    private static bool IsUnseen(IElement element) =>
        Unseen.Contains(element.NodeName.ToUpperInvariant())
        || element.HasAttribute("hidden")
        || element.GetAttribute("style") is { } style && style.Replace(" ", "", StringComparison.Ordinal).Contains("display:none", StringComparison.OrdinalIgnoreCase);
}
