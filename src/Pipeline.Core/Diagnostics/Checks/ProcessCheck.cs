namespace Pipeline.Diagnostics;

/// <summary>A check of the process, which all suites share.</summary>
internal abstract class ProcessCheck(string name) : BuiltInCheck(name)
{
    protected sealed override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken) => new(Look());

    protected abstract DoctorResult Look();
}
