using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pipeline.DependencyInjection;
using Pipeline.Diagnostics;
using Pipeline.State;

namespace Pipeline.Idempotency;

/// <summary>Whether idempotency keys hold for all processes, and beyond a restart.</summary>
internal sealed class IdempotencyCheck(IServiceProvider services, string suite) : EdgeDoctorCheck("http.idempotency")
{
    protected override DoctorResult Look()
    {
        var options = services.GetRequiredService<IOptions<HttpIdempotencyOptions>>().Value;
        var isInMemory = services.GetRequiredPipelineService<IStateStore>(suite).GetCapability<InMemoryStateStore>() is not null;
        return isInMemory
            ? DoctorResult.Warning(
                "Idempotency keys are kept in this process alone: a repeat that reaches another replica, or comes after a restart, runs again.",
                $"Name a backend for the state, for instance with UseRedis on the builder. If no endpoint has WithIdempotency, leave the check out (--except {Name}).")
            : DoctorResult.Ok($"Idempotency keys are kept for {options.TimeToLive:c} by a backend, for all processes together.");
    }
}
