using System.IO.Compression;
using System.Text;

namespace Pipeline.Engine.Execution;

/// <summary>
/// Makes a TorchScript archive out of functions: what <c>torch.jit.save</c> would write of a module that has these methods and
/// no state. Source given to <c>torch.jit.compile</c> reaches the <c>aten</c> operators alone; in an archive any registered
/// operator is <c>ops.NAMESPACE.NAME</c>. The format is that of PyTorch's <c>torch/csrc/jit/docs/serialization.md</c>.
/// </summary>
/// <remarks>An error in the functions ends the process when the archive is loaded: each is to be under test.</remarks>
internal static class ScriptArchive
{
    private const string Class = "Operators";

    // protocol 2; the class; an empty tuple; NEWOBJ; a dictionary {"training": False}; BUILD; STOP.
    private static readonly byte[] Module =
    [
        0x80, 2, .. "c__torch__\n"u8, .. Encoding.ASCII.GetBytes(Class), (byte)'\n', (byte)')', 0x81,
        (byte)'}', (byte)'(', (byte)'X', 8, 0, 0, 0, .. "training"u8, 0x89, (byte)'u', (byte)'b', (byte)'.',
    ];

    private static readonly byte[] NoConstants = [0x80, 2, (byte)')', (byte)'.'];

    /// <summary>Makes an archive.</summary>
    /// <param name="functions">Of each its name, its parameters as TorchScript types, and the expression it returns, a Tensor or int.</param>
    public static byte[] Of(params IEnumerable<(string Name, string Parameters, string Result, string Expression)> functions)
    {
        StringBuilder code = new($"class {Class}(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        foreach ((string name, string parameters, string result, string expression) in functions)
        {
            code.Append($"  def {name}(self: __torch__.{Class}, {parameters}) -> {result}:\n    return {expression}\n");
        }

        using MemoryStream stream = new();
        using (ZipArchive zip = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(zip, "data.pkl", Module);
            Add(zip, "code/__torch__.py", Encoding.UTF8.GetBytes(code.ToString()));
            Add(zip, "constants.pkl", NoConstants);
            Add(zip, "version", "3\n"u8);
        }

        return stream.ToArray();
    }

    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> contents)
    {
        using Stream entry = zip.CreateEntry($"operators/{name}", CompressionLevel.NoCompression).Open();
        entry.Write(contents);
    }
}
