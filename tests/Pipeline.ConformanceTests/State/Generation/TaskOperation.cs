using Pipeline.State;

namespace Pipeline.Conformance.State.Generation;

/// <summary>A call on a task.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Lease">The attempt that it shows, or <see langword="null"/>.</param>
/// <param name="Duration">The lease that it asks for.</param>
/// <param name="Progress">The progress that it reports, or <see langword="null"/>.</param>
/// <param name="Options">The options with which it creates.</param>
internal sealed record TaskOperation(
    TaskOperationKind Kind,
    TrackedTaskLease? Lease = null,
    TimeSpan Duration = default,
    TrackedTaskProgress? Progress = null,
    TrackedTaskOptions? Options = null)
{
    public const string Result = "result";
    public const string Cause = "Cause";

    public override string ToString() => $"{Kind} {Lease?.Token} {Progress}";
}
