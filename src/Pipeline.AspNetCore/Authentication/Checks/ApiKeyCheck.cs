using Microsoft.Extensions.Options;
using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>A check of the keys, which says so where they cannot even be read.</summary>
internal abstract class ApiKeyCheck(string name, bool usesNetwork = false) : IDoctorCheck
{
    public const string KeysName = "http.api-keys";

    private const int MostNames = 5;

    public string Name => name;

    public bool UsesNetwork => usesNetwork;

    public async ValueTask<DoctorResult> CheckAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await LookAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OptionsValidationException or InvalidOperationException)
        {
            return string.Equals(name, KeysName, StringComparison.Ordinal)
                ? DoctorResult.Error(exception.Message, "Correct the settings that the message names.")
                : DoctorResult.Error("This cannot be looked at, since the API keys are configured wrongly.", $"Mend what the check {KeysName} reports first.");
        }
    }

    protected abstract ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken);

    /// <summary>The first few names, in quotes.</summary>
    protected static string NamesOf(IReadOnlyCollection<string> names)
    {
        var shown = string.Join(", ", names.Order(StringComparer.Ordinal).Take(MostNames).Select(static name => $"'{name}'"));
        return names.Count > MostNames ? $"{shown} and {names.Count - MostNames} more" : shown;
    }
}
