using System.Reflection;

namespace Pipeline.Architecture.Tests;

public sealed class ArchitectureTests
{
    private static readonly string[] OutsideWorld = ["MassTransit", "RabbitMQ", "Npgsql", "Microsoft.EntityFrameworkCore", "Microsoft.AspNetCore", "Hangfire", "Pipeline.Data", "Pipeline.Contracts"];

    [Theory]
    [InlineData("Pipeline.ProducerApi")]
    [InlineData("Pipeline.Cli")]
    [InlineData("Pipeline.GpuWorker")]
    [InlineData("Pipeline.ModelTrainer")]
    [InlineData("Pipeline.Scheduler")]
    [InlineData("Pipeline.Migrator")]
    public void Services_never_reference_each_other(string host) => Assert.Empty(Rules.OtherHostsReferencedBy(Assembly.Load(host)));

    [Fact]
    public void Messages_have_no_dependencies() => Assert.Empty(Rules.ReferencesBeyond(Assembly.Load("Pipeline.Contracts")));

    [Theory]
    [InlineData("Pipeline.Engine.Planning")]
    [InlineData("Pipeline.Engine.Cache")]
    [InlineData("Pipeline.Engine.Grammar")]
    public void Planning_cache_and_grammar_know_no_tensors(string part)
    {
        Assembly engine = Assembly.Load("Pipeline.Engine");
        Assert.NotEqual(0, Rules.TypesIn(engine, part));
        Assert.Empty(Rules.TypesUsing(engine, part, "TorchSharp"));
    }

    [Fact]
    public void The_engine_knows_no_queue_no_HTTP_and_no_database()
    {
        Assembly engine = Assembly.Load("Pipeline.Engine");
        Assert.NotEqual(0, Rules.TypesIn(engine, "Pipeline.Engine"));
        Assert.Empty(Rules.TypesUsing(engine, "Pipeline.Engine", OutsideWorld));
    }

    [Fact]
    public void The_reader_of_documents_knows_no_queue_no_HTTP_and_no_database()
    {
        Assembly documents = Assembly.Load("Pipeline.Documents");
        Assert.NotEqual(0, Rules.TypesIn(documents, "Pipeline.Documents"));
        Assert.Empty(Rules.TypesUsing(documents, "Pipeline.Documents", [.. OutsideWorld, "System.Net"]));
    }

    [Fact]
    public void The_tokenizer_needs_nothing_but_the_framework() => Assert.Empty(Rules.ReferencesBeyond(Assembly.Load("Pipeline.Tokenization")));

    [Fact]
    public void Of_the_worker_the_API_knows_the_tokenizer_alone() =>
        Assert.Equal(["Pipeline.Tokenization"], Rules.WorkersPartsReferencedBy(Assembly.Load("Pipeline.ProducerApi")));

    [Fact]
    public void Numbers_that_the_engine_gives_to_torch_are_kept_alive() =>
        Assert.Empty(TemporaryScalars.In(Assembly.Load("Pipeline.Engine")));

    [Fact]
    public void The_client_knows_the_public_API_alone() =>
        Assert.DoesNotContain(Rules.ReferencesBeyond(Assembly.Load("Pipeline.Cli")), name => name.StartsWith("Pipeline.", StringComparison.Ordinal));

    [Fact]
    public void The_rules_catch_the_planted_violator()
    {
        Assembly here = typeof(ArchitectureTests).Assembly;
        Assert.Single(Rules.TypesUsing(here, "Pipeline.Architecture.Tests.Planted", "TorchSharp"));
        Assert.Contains("Pipeline.Migrator", Rules.OtherHostsReferencedBy(here));
        Assert.Contains("Pipeline.Engine", Rules.WorkersPartsReferencedBy(here));
        Assert.NotEmpty(Rules.ReferencesBeyond(here, "xunit.v3.core"));
        Assert.Equal(3, TemporaryScalars.In(here).Count);
    }
}
