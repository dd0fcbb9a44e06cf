using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;

namespace Pipeline.Health;

/// <summary>A check of how the service is operated. It reads options, and where these are wrong it says that instead.</summary>
internal abstract class OperationsDoctorCheck(string name) : IDoctorCheck
{
    public string Name => name;

    public bool UsesNetwork => false;

    public ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return new(Look());
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException)
        {
            return new(DoctorResult.Error("This cannot be looked at, since the edge is configured wrongly.", exception.Message));
        }
    }

    protected abstract DoctorResult Look();
}
