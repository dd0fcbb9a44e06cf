namespace Pipeline.Diagnostics;

/// <summary>A check that does what a test says.</summary>
internal sealed class StubCheck(string name, Func<CancellationToken, ValueTask<DoctorResult>> look, bool usesNetwork = false) : IDoctorCheck
{
    public StubCheck(string name, DoctorResult result, bool usesNetwork = false)
        : this(name, _ => new(result), usesNetwork)
    {
    }

    public string Name => name;

    public bool UsesNetwork => usesNetwork;

    public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default) => look(cancellationToken);
}
