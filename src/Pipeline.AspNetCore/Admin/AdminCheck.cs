using Pipeline.Diagnostics;

namespace Pipeline.Admin;

/// <summary>Whether the administration is closed to all but those whom a policy names.</summary>
internal sealed class AdminCheck(AdminGate gate) : IDoctorCheck
{
    public string Name => "http.admin";

    public bool UsesNetwork => false;

    public async ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default)
    {
        var (count, problem) = await gate.LookAsync().ConfigureAwait(false);
        return problem is not null ? DoctorResult.Error(problem, "Name a policy with MapPipelineAdmin(policy: …) or RequireAuthorization(…), and add it with AddAuthorization.")
            : count > 0 ? DoctorResult.Ok("The administration is open to those alone whom its policy names.")
            : DoctorResult.Ok("There is no administration, or it can be looked at only while the application runs.");
    }
}
