using Hangfire;

namespace Pipeline.Scheduler;

/// <summary>A row of the table of duties.</summary>
/// <param name="Id">Its name on the dashboard.</param>
/// <param name="Cron">When it is due.</param>
/// <param name="Type">What does it.</param>
/// <param name="Register">Tells Hangfire of it; telling again changes nothing.</param>
internal sealed record RecurringDuty(string Id, string Cron, Type Type, Action<IRecurringJobManager> Register);
