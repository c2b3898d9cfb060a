using Pipeline.Engine.Tests.Support;

namespace Pipeline.Engine.Tests.Behaviour;

public sealed class Int8Tests
{
    [Fact]
    public void Weights_of_8_bits_give_the_same_tokens_alone_and_in_a_batch_and_close_to_those_of_bfloat16()
    {
        using RandomModel model = new(new ModelShape { Hidden = 64, Intermediate = 160, Layers = 3, Heads = 8, KeyValueHeads = 4, Vocabulary = 300, Seed = 21 });
        IReadOnlyList<int[]> prompts = [.. EngineDriver.Prompts(24, 300, 40, 5)];
        using InferenceEngine rounded = InferenceEngine.Load(new() { ModelDirectory = model.Directory, BlockSize = 8, Dtype = "int8" });
        using InferenceEngine plain = InferenceEngine.Load(new() { ModelDirectory = model.Directory, BlockSize = 8, Dtype = "bfloat16" });
        GenerationRequest[] requests = [.. prompts.Select((prompt, i) => EngineDriver.Greedy($"r{i}", prompt, 4))];
        Dictionary<string, GenerationResult> together = EngineDriver.Run(rounded, requests), others = EngineDriver.Run(plain, requests);
        int same = requests.Count(request => together[request.Id].Tokens[0] == others[request.Id].Tokens[0]);
        Assert.True(same >= 18, $"{same} of 24 first tokens are those of bfloat16");
        rounded.CheckIntegrity();
    }
}
