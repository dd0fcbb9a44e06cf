namespace Quickstart.Answering;

/// <summary>How the model is called where its answers and figures are shown.</summary>
/// <param name="Label">At the beginning of a line.</param>
/// <param name="IsSimulated">Whether no model was asked at all.</param>
internal sealed record ModelName(string Label, bool IsSimulated)
{
    /// <summary>What goes before tokens and money.</summary>
    public string Figures => IsSimulated ? "simulated " : "";

    public static ModelName Of(ModelEndpoint? endpoint) => endpoint is null ? new("Simulated model", true) : new($"Model {endpoint.Model}", false);
}
