namespace Pipeline.Data.Entities;

/// <summary>
/// Where a tenant stands in the fair order of a model's queue, in virtual time: jobs dispatched, divided by the tenant's weight.
/// Start-time fair queueing (Goyal, Vin and Cheng 1996). The clock of a model is the latest <see cref="Start"/> of its rows; a row
/// that has fallen behind it by more than the burst says nothing any more, and goes.
/// </summary>
public sealed class DispatchTurn
{
    /// <summary>The model whose workers are shared.</summary>
    public required string Model { get; set; }

    /// <summary>Who was served.</summary>
    public Guid TenantId { get; set; }

    /// <summary>The virtual time at which its latest slice began.</summary>
    public double Start { get; set; }

    /// <summary>The virtual time at which its latest slice is paid for: the next begins there at the earliest.</summary>
    public double Finish { get; set; }
}
