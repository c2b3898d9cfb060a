namespace Pipeline.Data.States;

/// <summary>Where a slice stands. The numbers are stored.</summary>
public enum SliceState : short
{
    /// <summary>Waits for its turn in the model's window.</summary>
    Pending = 0,

    /// <summary>A dispatcher is sending it; the broker has not confirmed yet.</summary>
    Sending = 1,

    /// <summary>The broker has it.</summary>
    Sent = 2,

    /// <summary>None of its jobs is open. Final.</summary>
    Done = 3,
}
