using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.ModelTrainer.Training;

/// <summary>
/// Starts a model with the two kinds of heads that copying is made of, which small models otherwise find only after
/// millions of tokens (Olsson et al. 2022, induction heads): in the first layer heads that look one token back and note
/// what stood there, in the second heads that look for a place whose note is the token at hand, and say what stands there.
/// It is a rough start; training makes it good, and finds everything else.
/// </summary>
internal static class CopyingStart
{
    /// <summary>The value of every embedding's first element: what looks by place alone must not depend on the token.</summary>
    public const double Constant = 0.5;

    // Of the frequencies: those that turn fast enough to tell neighbours apart, and the first that hardly turns over a document.
    private const double FastPairs = 10 / 32.0;
    private const double FirstSlowPair = 14 / 32.0;
    private const double Sharpness = 8;
    private const double NoteStrength = 0.25;
    private const double MatchStrength = 1.7;
    private const double SayStrength = 1.5;

    /// <summary>Changes the heads that lead each key-value group of the first two layers.</summary>
    public static void Apply(LlamaModel model)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var shape = model.Shape;
        var parameters = model.Parameters.ToDictionary(p => p.Name);
        parameters["embed"].Master.narrow(1, 0, 1).fill_(Constant);
        for (var group = 0; group < shape.KeyValueHeads; group++)
        {
            var head = group * (shape.Heads / shape.KeyValueHeads);
            LookBack(shape, parameters, head, group);
            Match(shape, parameters, head, group);
        }

        foreach (var parameter in model.Parameters)
        {
            parameter.Refresh();
        }
    }

    private static void LookBack(LlamaShape shape, Dictionary<string, Parameter> parameters, int head, int group)
    {
        var (query, key, value) = Rows(shape, parameters["0.qkv"].Master, head, group);
        query.mul_(0.1);
        key.mul_(0.1);
        var half = shape.HeadSize / 2;

        // The norm brings the constant element to about four times the others' size.
        var amplitude = Sharpness / 4;
        for (var pair = 0; pair < FastPairs * half; pair++)
        {
            var turn = Math.Pow(shape.RopeTheta, -pair / (double)half);
            query[pair, 0].fill_(amplitude);
            key[pair, 0].fill_(amplitude * Math.Cos(turn));
            key[pair + half, 0].fill_(amplitude * Math.Sin(turn));
        }

        // What is noted: the value, written back along the directions it was read by those of.
        Out(shape, parameters["0.o"].Master, head).copy_(Note(shape, value));
    }

    private static void Match(LlamaShape shape, Dictionary<string, Parameter> parameters, int head, int group)
    {
        var (_, _, noted) = Rows(shape, parameters["0.qkv"].Master, head, group);
        var note = Note(shape, noted);
        var (query, key, value) = Rows(shape, parameters["1.qkv"].Master, head, group);
        query.mul_(0.1);
        key.mul_(0.1);
        var half = shape.HeadSize / 2;
        for (var pair = (int)(FirstSlowPair * half); pair < half; pair++)
        {
            foreach (var row in new[] { pair, pair + half })
            {
                query[row].copy_(noted[row] * MatchStrength);
                key[row].copy_(note.select(1, row) * (MatchStrength / NoteStrength));
            }
        }

        Out(shape, parameters["1.o"].Master, head).copy_(value.t() * SayStrength);
    }

    // A fixed shuffle of the value's own directions: near orthonormal, and unlike what they were read along.
    private static Tensor Note(LlamaShape shape, Tensor value) => value.roll([shape.Hidden / 2], [1]).t() * NoteStrength;

    private static (Tensor Query, Tensor Key, Tensor Value) Rows(LlamaShape shape, Tensor qkv, int head, int group) => (
        qkv.narrow(0, head * shape.HeadSize, shape.HeadSize),
        qkv.narrow(0, shape.QueryRows + (group * shape.HeadSize), shape.HeadSize),
        qkv.narrow(0, shape.QueryRows + shape.KeyRows + (group * shape.HeadSize), shape.HeadSize));

    private static Tensor Out(LlamaShape shape, Tensor output, int head) => output.narrow(1, head * shape.HeadSize, shape.HeadSize);
}
