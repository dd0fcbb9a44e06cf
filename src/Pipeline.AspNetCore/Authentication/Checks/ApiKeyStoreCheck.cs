using Pipeline.Backends;
using Pipeline.Diagnostics;

namespace Pipeline.Authentication;

/// <summary>Whether the keys of the store can be read, and whether they have expired or soon will.</summary>
internal sealed class ApiKeyStoreCheck(ApiKeyRing ring, Func<ApiKeyDirectory> directory, TimeProvider time)
    : ApiKeyCheck("http.api-key-store", usesNetwork: true)
{
    protected override async ValueTask<DoctorResult> LookAsync(CancellationToken cancellationToken)
    {
        if (!ring.Options.Store)
        {
            return DoctorResult.Ok("API keys are not kept in the store.");
        }

        var findings = new DoctorFindings();
        var expiry = new ApiKeyExpiry(time.GetUtcNow());
        var count = 0;
        try
        {
            await foreach (var key in directory().ListAsync(cancellationToken).ConfigureAwait(false))
            {
                if (key.Source == ApiKeySource.Store)
                {
                    expiry.Look(key.Definition);
                    count++;
                }
            }
        }
        catch (BackendUnavailableException exception)
        {
            return DoctorResult.Error($"The store of API keys cannot be asked: {exception.Message}", "Check the address, the network and that the server runs.");
        }
        catch (Exception exception) when (exception is BackendRefusedException or InvalidDataException)
        {
            return DoctorResult.Error($"A key of the store cannot be read: {exception.Message}", "Do what the message says.");
        }

        expiry.Tell(findings, NamesOf);
        return findings.ToResult($"The store has {count} API keys, and none has expired or soon will.");
    }
}
