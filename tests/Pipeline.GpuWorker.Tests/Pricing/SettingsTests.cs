using Microsoft.Extensions.Options;
using Pipeline.GpuWorker.Tests.Support;
using Pipeline.Testing;

namespace Pipeline.GpuWorker.Tests.Pricing;

public sealed class SettingsTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("Pipeline:Pricing:DeviceHour", "")]
    [InlineData("Pipeline:Pricing:DeviceHour", "-1")]
    [InlineData("Pipeline:Pricing:Currency", "")]
    [InlineData("Pipeline:Pricing:Currency", "dollars")]
    [InlineData("Pipeline:Worker:ModelName", "")]
    [InlineData("Pipeline:Worker:Backend", "psychic")]
    public async Task A_worker_does_not_start_without_a_price_a_model_and_a_backend(string key, string value)
    {
        database.Require();
        OptionsValidationException error = await Assert.ThrowsAsync<OptionsValidationException>(
            () => TestWorker.StartAsync(database, TestWorker.NewModel(), null, (key, value)));
        Assert.Contains(key.Split(':')[^1], error.Message);
    }
}
