using System.Runtime.InteropServices;
using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>Brings to the device how a step's special rows become tokens: whole numbers, others, and masks in a copy each.</summary>
internal sealed class SamplingUpload(Device device) : IDisposable
{
    private readonly UploadBuffer<long> _numbers = new(ScalarType.Int64, device);
    private readonly UploadBuffer<double> _settings = new(ScalarType.Float64, device);
    private readonly UploadBuffer<byte> _masks = new(ScalarType.Byte, device);

    /// <summary>Sends them. Must be called within a dispose scope, to which all that is returned belongs.</summary>
    /// <returns>What to choose by; null where all rows take the likeliest token, and no more is asked of them.</returns>
    public SamplingInputs? Send(SamplingRows rows)
    {
        int special = rows.Special.Length, scored = rows.Scored.Rows.Length;
        if (special + scored == 0)
        {
            return null;
        }

        Tensor numbers = SendNumbers(rows);
        return new SamplingInputs(
            special == 0 ? null : SendSpecial(rows, numbers),
            scored == 0 ? null : new ScoredInputs(
                numbers.narrow(0, numbers.shape[0] - (2 * scored), scored), numbers.narrow(0, numbers.shape[0] - scored, scored), rows.Scored.Top));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _numbers.Dispose();
        _settings.Dispose();
        _masks.Dispose();
    }

    private SpecialInputs SendSpecial(SamplingRows rows, Tensor numbers)
    {
        Tensor? settings = SendSettings(rows);
        int number = 0, setting = 0;
        Tensor special = Next(rows.Special.Length);
        DrawnInputs? fromAll = NextDrawn(rows.FromAll), fromLikeliest = NextDrawn(rows.FromLikeliest);
        MaskInputs? masks = rows.Masked.Count == 0 ? null : new MaskInputs(Next(rows.Masked.Count), SendMasks(rows.Masked));
        EditInputs? edits = rows.Edits.Length == 0
            ? null : new EditInputs(Next(rows.Edits.Length), NextSettings(3 * rows.Edits.Length).view(3, rows.Edits.Length));
        return new SpecialInputs(special, fromAll, fromLikeliest, edits, masks);

        DrawnInputs? NextDrawn(DrawnRows drawn) => drawn.Count == 0 ? null : new DrawnInputs(
            Next(drawn.Count), NextSettings(DrawnRows.Settings * drawn.Count).view(DrawnRows.Settings, drawn.Count, 1));

        Tensor Next(int count) => numbers.narrow(0, (number += count) - count, count);

        Tensor NextSettings(int count) => settings!.narrow(0, (setting += count) - count, count);
    }

    private Tensor SendNumbers(SamplingRows rows)
    {
        int total = rows.Special.Length + rows.FromAll.Count + rows.FromLikeliest.Count + rows.Masked.Count + rows.Edits.Length
            + (2 * rows.Scored.Rows.Length);
        Span<long> numbers = _numbers.Reserve(total);
        int at = 0;
        Widen(rows.Special, numbers, ref at);
        Widen(rows.FromAll.Places, numbers, ref at);
        Widen(rows.FromLikeliest.Places, numbers, ref at);
        Widen(rows.Masked.Places, numbers, ref at);
        int edit = 0;
        for (int place = 0; place < rows.EditedEnds.Length; place++)
        {
            for (; edit < rows.EditedEnds[place]; edit++)
            {
                numbers[at++] = ((long)place * rows.Vocabulary) + rows.Edits[edit].Token;
            }
        }

        Widen(rows.Scored.Rows, numbers, ref at);
        Widen(rows.Scored.Tokens, numbers, ref at);
        return _numbers.Send(total);
    }

    private Tensor? SendSettings(SamplingRows rows)
    {
        ReadOnlySpan<LogitEdit> edits = rows.Edits;
        int all = DrawnRows.Settings * rows.FromAll.Count, drawn = all + (DrawnRows.Settings * rows.FromLikeliest.Count);
        int total = drawn + (3 * edits.Length);
        if (total == 0)
        {
            return null;
        }

        Span<double> settings = _settings.Reserve(total);
        rows.FromAll.WriteTo(settings);
        rows.FromLikeliest.WriteTo(settings[all..]);
        for (int i = 0; i < edits.Length; i++)
        {
            settings[drawn + i] = edits[i].Bias;
            settings[drawn + edits.Length + i] = edits[i].Factor;
            settings[drawn + (2 * edits.Length) + i] = edits[i].Less;
        }

        return _settings.Send(total);
    }

    // On machines that put low bytes first, as all that libtorch runs on do, the bytes of the words are the mask eight tokens at a time.
    private Tensor SendMasks(MaskedRows rows)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(rows.Masks);
        bytes.CopyTo(_masks.Reserve(bytes.Length));
        return _masks.Send(bytes.Length).view(rows.Count, rows.Words * sizeof(uint));
    }

    private static void Widen(ReadOnlySpan<int> from, Span<long> to, ref int at)
    {
        foreach (int number in from)
        {
            to[at++] = number;
        }
    }
}
