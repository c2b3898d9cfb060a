namespace Pipeline.ProducerApi.Usage;

/// <summary>What a tenant may spend in a month, and has spent in this one.</summary>
/// <param name="Object"><c>budget</c>.</param>
/// <param name="Tenant">The tenant's id.</param>
/// <param name="Month">The month, in UTC.</param>
/// <param name="Spent">The sum of its ledger rows of the month.</param>
/// <param name="MaxMonthlyCost">The cap; <see langword="null"/> for none.</param>
/// <param name="Currency">ISO 4217.</param>
internal sealed record BudgetObject(string Object, string Tenant, string Month, decimal Spent, decimal? MaxMonthlyCost, string Currency);
