namespace Pipeline.Health;

/// <summary>Which endpoints of operation the application has mapped, for the doctor.</summary>
internal sealed class MappedEndpoints
{
    public bool HasHealth { get; set; }

    public bool HasMetrics { get; set; }
}
