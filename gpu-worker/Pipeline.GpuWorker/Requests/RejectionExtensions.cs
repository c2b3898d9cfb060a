using Pipeline.Engine;
using Pipeline.Tokenization.Requests;

namespace Pipeline.GpuWorker.Requests;

/// <summary>What the engine itself refuses, as an answer.</summary>
internal static class RejectionExtensions
{
    public static RequestErrorException ToError(this RequestRejectedException rejection) =>
        RequestErrorException.Invalid(rejection.Param, rejection.Code, rejection.Message);
}
