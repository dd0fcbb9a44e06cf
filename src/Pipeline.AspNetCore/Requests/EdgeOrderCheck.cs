using Pipeline.Diagnostics;

namespace Pipeline.Requests;

/// <summary>Whether the middleware of the edge is in the application, and stands first.</summary>
internal sealed class EdgeOrderCheck(EdgeOrder order) : IDoctorCheck
{
    public string Name => "http.pipeline-order";

    public bool UsesNetwork => false;

    public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => new((order.IsUsed, order.Before.Count) switch
    {
        (false, _) => DoctorResult.Warning(
            "The application has AddPipelineHttp and not UsePipeline: the edge does nothing of itself.",
            $"Call UsePipeline() first of all on the application. If its parts are added one by one, leave the check out (--except {Name})."),
        (_, 0) => DoctorResult.Ok("UsePipeline comes before the host's own middleware."),
        _ => DoctorResult.Error(
            $"{string.Join(" and ", order.Before)} came before UsePipeline: what it refuses has neither request id nor problem, and is not limited.",
            "Call UsePipeline() first. Routing, authentication and authorization are part of it."),
    });
}
