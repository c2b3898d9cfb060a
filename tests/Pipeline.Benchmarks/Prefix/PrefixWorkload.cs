using Pipeline.Tokenization.Prefixes;

namespace Pipeline.Benchmarks.Prefix;

/// <summary>The prompts of a shuffled file, the plan for them, and the cache they would like to have.</summary>
internal sealed class PrefixWorkload
{
    private const int BlockSize = PromptOutline.DefaultBlockSize;

    /// <param name="setting">What to make.</param>
    /// <param name="vocabulary">Token ids are below it.</param>
    public PrefixWorkload(PrefixSetting setting, int vocabulary)
    {
        var random = new Random(setting.Seed);
        int[][] templates = [.. Enumerable.Range(0, setting.Templates).Select(_ => Tokens(setting.TemplateTokens))];
        Prompts = [.. Enumerable.Range(0, setting.Jobs).Select(i => (int[])[.. templates[i % templates.Length], .. Tokens(setting.OwnTokens)])];
        random.Shuffle(Prompts);
        Outlines = [.. Prompts.Select(prompt => PromptOutline.Of(prompt))];
        Plan = PrefixPlan.Make(Outlines);
        SharedBlocks = templates.Sum(template => template.Length / BlockSize);
        OwnBlocks = (setting.OwnTokens.Most + setting.Output + BlockSize - 1) / BlockSize + 1;
        WorkingSet = SharedBlocks + setting.Running * OwnBlocks;

        int[] Tokens((int Least, int Most) count) =>
            [.. Enumerable.Range(0, random.Next(count.Least, count.Most + 1)).Select(_ => random.Next(vocabulary))];
    }

    /// <summary>The prompts, in the order of the file.</summary>
    public int[][] Prompts { get; }

    /// <summary>Their outlines.</summary>
    public PromptOutline[] Outlines { get; }

    /// <summary>The plan for them.</summary>
    public PrefixPlan Plan { get; }

    /// <summary>Full blocks of all templates.</summary>
    public int SharedBlocks { get; }

    /// <summary>Blocks that a job needs beyond those that it shares, at most.</summary>
    public int OwnBlocks { get; }

    /// <summary>Blocks with which nothing is computed twice, whatever the order: those shared, and what the running jobs need.</summary>
    public int WorkingSet { get; }

    /// <summary>Blocks for everything that any job computes.</summary>
    public int Everything(PrefixSetting setting) => SharedBlocks + (setting.Jobs + 1) * OwnBlocks;
}
