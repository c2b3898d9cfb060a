using Hangfire;

namespace Pipeline.Scheduler;

/// <summary>Writes the table of duties to Hangfire's storage when the service starts.</summary>
internal sealed class DutyRegistration(IRecurringJobManager manager) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (RecurringDuty duty in RecurringDuties.All)
        {
            duty.Register(manager);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
