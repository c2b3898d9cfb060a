using Pipeline.Engine.Execution;
using TorchSharp;

namespace Pipeline.Engine.Tests.Execution;

public sealed class LibtorchLoaderTests
{
    [Fact]
    public void TorchSharp_computes_once_the_loader_has_run()
    {
        string path = LibtorchLoader.EnsureLoaded();
        Assert.Equal(path, LibtorchLoader.EnsureLoaded());
        using torch.Tensor sum = torch.ones(2, 3).sum();
        Assert.Equal(6f, sum.item<float>());
    }

    [Fact]
    public void A_copy_is_made_of_a_library_whose_requirement_is_weakened_and_the_original_is_untouched()
    {
        string original = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        byte[] before = File.ReadAllBytes(original);
        string directory = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string copy = CompatibleCopy.Of(original, "GLIBCXX_3.4.32", directory);
            byte[] after = File.ReadAllBytes(copy);
            Assert.Equal(before, File.ReadAllBytes(original));
            Assert.Equal(1, before.Zip(after).Count(pair => pair.First != pair.Second));
            Assert.Equal([copy], Directory.GetFiles(directory));
            Assert.Equal(copy, CompatibleCopy.Of(original, "GLIBCXX_3.4.32", directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_library_that_does_not_ask_for_the_version_is_refused_with_a_hint()
    {
        string original = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libc10.so");
        DllNotFoundException e = Assert.Throws<DllNotFoundException>(
            () => CompatibleCopy.Of(original, "GLIBCXX_3.4.32", Path.GetTempPath()));
        Assert.Contains("ldd", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_ELF_image_is_refused() =>
        Assert.Throws<BadImageFormatException>(() => ElfVersionNeeds.Weaken(new byte[100], "X"));
}
