using Pipeline.Engine.Execution;
using static TorchSharp.torch;

namespace Pipeline.Engine.Sampling;

/// <summary>
/// The tokens that a draw is between: the first ones in the order of probability, as many as min-p, top-k and top-p leave. All
/// that is needed are the first so many tokens of each row, as long as all candidates are among them.
/// </summary>
internal sealed class Candidates
{
    private readonly Tensor _sorted, _settings, _sums, _most, _kept;

    /// <summary>Finds them.</summary>
    /// <param name="sorted">float32 [rows, width]: the logits of the likeliest tokens, highest first.</param>
    /// <param name="settings">float64 [5, rows, 1]: temperatures, min-p, top-k, top-p, and chances.</param>
    /// <param name="scale">float64 [rows, 1]: the logarithm of the sum of exp(logit / temperature) over all tokens.</param>
    public Candidates(Tensor sorted, Tensor settings, Tensor scale)
    {
        _sorted = sorted;
        _settings = settings;
        Tensor probabilities = sorted.to(ScalarType.Float64).div(settings[0]).sub(scale).exp();
        _sums = probabilities.cumsum(-1);

        // Those likely enough beside the first, and no more than top-k.
        Tensor likely = probabilities.ge(probabilities.narrow(-1, 0, 1).mul(settings[1])).sum(-1, keepdim: true);
        _most = minimum(likely, settings[2].to(ScalarType.Int64)).clamp_min(Scalars.One);
        Tensor all = where(TakesAll, ones_like(scale), _sums.gather(-1, _most.sub(Scalars.One)));

        // A token is a candidate while those before it do not yet have top-p: the first one always is (even of
        // a row that is not finite, which must not end the step).
        Tensor before = _sums.sub(probabilities).lt(all.mul(settings[3])).sum(-1, keepdim: true).clamp_min(Scalars.One);
        _kept = minimum(before, _most);
    }

    /// <summary>bool [rows, 1]: whether only top-p limits a row, so that its share is one of all tokens.</summary>
    private Tensor TakesAll => _settings[1].eq(Scalars.Zero).logical_and(_settings[2].ge(Scalars.Everything));

    /// <summary>
    /// Whether in all rows the candidates are proved to be before the last token looked at, so that no token beyond can be one, or
    /// matter to their probabilities. Waits for the device.
    /// </summary>
    public bool AreAllBefore()
    {
        Tensor last = _sorted.narrow(-1, _sorted.shape[1] - 1, 1);
        Tensor keptBefore = _sorted.gather(-1, _kept.sub(Scalars.One)).gt(last);
        Tensor mostBefore = _sorted.gather(-1, _most.sub(Scalars.One)).gt(last);
        return keptBefore.logical_and(mostBefore.logical_or(TakesAll)).all().item<bool>();
    }

    /// <summary>The candidate that each row's chance meets.</summary>
    /// <param name="ids">int64 [rows, width]: which tokens these are.</param>
    /// <returns>int64 [rows].</returns>
    public Tensor Draw(Tensor ids)
    {
        Tensor mass = _sums.gather(-1, _kept.sub(Scalars.One));
        Tensor place = _sums.le(mass.mul(_settings[4])).sum(-1, keepdim: true);
        return ids.gather(-1, minimum(place, _kept.sub(Scalars.One))).squeeze(-1);
    }
}
