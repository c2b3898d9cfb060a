using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Keys;
using Pipeline.Testing;

namespace Pipeline.ProducerApi.Tests.Keys;

public sealed class ApiKeyDirectoryTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(50));

    [Fact]
    public async Task A_thousand_requests_cost_one_query()
    {
        (ApiKeyDirectory directory, Contexts contexts, string secret) = await CreateAsync();
        for (int i = 0; i < 1000; i++)
        {
            Assert.NotNull((await directory.FindAsync(secret, default)).Caller);
        }

        Assert.Equal(1, contexts.Made);
    }

    [Fact]
    public async Task What_is_forgotten_or_old_is_looked_up_anew()
    {
        (ApiKeyDirectory directory, Contexts contexts, string secret) = await CreateAsync();
        await directory.FindAsync(secret, default);
        directory.Forget();
        await directory.FindAsync(secret, default);
        Assert.Equal(2, contexts.Made);
        _time.Advance(TimeSpan.FromSeconds(61));
        await directory.FindAsync(secret, default);
        Assert.Equal(3, contexts.Made);
    }

    [Fact]
    public async Task A_key_that_expires_while_it_is_remembered_opens_nothing_any_more()
    {
        (ApiKeyDirectory directory, _, string secret) = await CreateAsync(expiresIn: TimeSpan.FromSeconds(30));
        Assert.NotNull((await directory.FindAsync(secret, default)).Caller);
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(new KeyLookup(null, KeyLookup.Expired), await directory.FindAsync(secret, default));
    }

    [Fact]
    public async Task What_was_being_read_when_all_was_forgotten_is_not_remembered()
    {
        (ApiKeyDirectory directory, Contexts contexts, string secret) = await CreateAsync();
        contexts.Gate = new TaskCompletionSource();
        Task<KeyLookup> reading = directory.FindAsync(secret, default).AsTask();
        directory.Forget();
        contexts.Gate.SetResult();
        await reading;
        await directory.FindAsync(secret, default);
        Assert.Equal(2, contexts.Made);
    }

    private async Task<(ApiKeyDirectory Directory, Contexts Contexts, string Secret)> CreateAsync(TimeSpan? expiresIn = null)
    {
        database.Require();
        string secret = "sk-" + Guid.NewGuid().ToString("N");
        await using (PipelineDbContext context = database.CreateContext())
        {
            DateTimeOffset now = _time.GetUtcNow();
            context.ApiKeys.Add(new ApiKey
            {
                Id = Guid.NewGuid(), Name = "k", Prefix = "sk-", KeyHash = ApiKeyHash.Of(secret), CreatedAt = now, ExpiresAt = now + expiresIn,
                Tenant = new Tenant { Id = Guid.NewGuid(), Name = secret, CreatedAt = now },
            });
            await context.SaveChangesAsync();
        }

        Contexts contexts = new(database);
        return (new ApiKeyDirectory(contexts, _time, Options.Create(new ApiOptions()), new KeyUse(database.DataSource)), contexts, secret);
    }

    /// <summary>Counts how often somebody asks the database.</summary>
    private sealed class Contexts(TestDatabase database) : IDbContextFactory<PipelineDbContext>
    {
        public int Made { get; private set; }

        public TaskCompletionSource? Gate { get; set; }

        public PipelineDbContext CreateDbContext()
        {
            Made++;
            return database.CreateContext();
        }

        public async Task<PipelineDbContext> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            PipelineDbContext context = CreateDbContext();
            await (Gate?.Task ?? Task.CompletedTask);
            return context;
        }
    }
}
