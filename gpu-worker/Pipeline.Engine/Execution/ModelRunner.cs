using Pipeline.Engine.Kernels;
using Pipeline.Engine.Models;
using Pipeline.Engine.Planning;
using Pipeline.Engine.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Engine.Execution;

/// <summary>Runs steps on the device. Owns the model, the cache's memory and the kernels. One thread at a time.</summary>
internal sealed class ModelRunner(
    Decoder decoder, KvCache cache, IKernels kernels, int blockSize, Device device, TimeProvider time) : IDisposable
{
    private readonly bool _waitsInLaunch = device.type == DeviceType.CPU;

    /// <summary>Seconds in which the host could do nothing else: it computed itself, or waited for the device.</summary>
    public double DeviceSeconds { get; private set; }

    /// <summary>Whether the device computes by itself, so that it pays to plan a step while it runs the one before.</summary>
    public bool RunsAlone => !_waitsInLaunch;

    /// <summary>Makes what a step needs on its way.</summary>
    public Flight MakeFlight() => new(blockSize, decoder.Config.VocabularySize, device);

    /// <summary>Begins to compute a planned step: what it chooses is read by <see cref="Read"/>.</summary>
    /// <param name="flight">The step; its plan is not empty, and its sequences are <see cref="ActiveRequest"/>s.</param>
    /// <param name="before">The step that was launched before it and is not applied yet, or null.</param>
    public void Launch(Flight flight, Flight? before)
    {
        using IDisposable inference = torch.inference_mode(true);
        using DisposeScope scope = torch.NewDisposeScope();
        LayOut(flight);
        long start = time.GetTimestamp();
        StepInputs inputs = flight.Upload.Send(flight.Layout, before?.Chosen.OnDevice);
        SamplingInputs? sampling = flight.SamplingUpload.Send(flight.Sampling);
        using IStepKernels step = kernels.Begin(flight.Layout);
        Tensor? logits = decoder.Forward(inputs, cache, step);
        (Tensor? tokens, Tensor? scores) = logits is null ? default : Sampler.Choose(step, logits, sampling);
        flight.Chosen.Take(tokens, scores);
        if (_waitsInLaunch)
        {
            DeviceSeconds += time.GetElapsedTime(start).TotalSeconds;
        }
    }

    /// <summary>Waits until a step has run: the only wait for the device.</summary>
    /// <returns>The tokens that each chunk chooses, chunk after chunk; valid until <see cref="Flight.Chosen"/> is dropped.</returns>
    public ChosenValues Read(Flight flight)
    {
        long start = time.GetTimestamp();
        ChosenValues chosen = flight.Chosen.Wait(flight.Sampling);
        DeviceSeconds += time.GetElapsedTime(start).TotalSeconds;
        return chosen;
    }

    /// <summary>Zeroes the contents of blocks that went bad.</summary>
    public void Clear(IReadOnlyCollection<int> blocks) => cache.Clear(blocks);

    /// <inheritdoc/>
    public void Dispose()
    {
        kernels.Dispose();
        cache.Dispose();
        decoder.Dispose();
    }

    private static void LayOut(Flight flight)
    {
        flight.Layout.Clear();
        flight.Sampling.Clear();
        foreach (ref readonly PlannedChunk chunk in flight.Plan.Chunks)
        {
            flight.Layout.Add(chunk);
            ActiveRequest request = (ActiveRequest)chunk.Sequence;
            request.AddScoring(flight.Sampling, chunk.Start, chunk.Scored);
            if (chunk.Samples)
            {
                request.AddSampling(flight.Sampling, chunk.Drafted);
            }
        }
    }
}
