using Pipeline.Caching;

namespace Pipeline.Diagnostics;

/// <summary>Whether answers that outlive the process are told apart by the version of the step that made them.</summary>
internal sealed class StepVersionCheck(SuiteFacts suite) : SuiteCheck(suite, "step.version")
{
    protected override ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        var cached = Suite.Steps.Where(static step => step.Traits.IsCached).ToArray();
        var nameless = cached.Where(static step => !step.Traits.HasVersion).Select(static step => step.Name).ToArray();
        return new(nameless.Length > 0 && !Suite.Registry.IsDefault<ICacheBackend>()
            ? DoctorResult.Warning(
                $"{Wording.Count(nameless.Length, "step")} cached on a backend without a version: {Wording.Names(nameless)}. A changed step goes on giving the answers of the old one until they expire.",
                "Add .Version(\"1\") to the step, and raise it with each change of its prompt, model settings or code.")
            : DoctorResult.Ok($"{Wording.Count(cached.Length, "step")} cached, {Wording.Number(cached.Length - nameless.Length)} with a version; {(Suite.Registry.IsDefault<ICacheBackend>() ? "the cache ends with the process" : "the cache outlives the process")}."));
    }
}
