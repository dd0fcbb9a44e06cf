using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;

namespace Pipeline.DependencyInjection;

/// <summary>A check of the edge. It reads options, and where these are wrong it says that instead.</summary>
internal abstract class EdgeDoctorCheck(string name) : IDoctorCheck
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
            return new(DoctorResult.Error(exception.Message, "Correct the settings that the message names."));
        }
    }

    protected abstract DoctorResult Look();
}
