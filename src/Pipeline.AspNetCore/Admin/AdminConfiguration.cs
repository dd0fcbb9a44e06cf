using System.Collections.ObjectModel;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Pipeline.Authentication;
using Pipeline.Problems;

namespace Pipeline.Admin;

/// <summary>The endpoints that export and import the configuration.</summary>
internal sealed class AdminConfiguration(
    HostSettings settings, ApiKeyArchive? keys, ConfigurationImporter importer, AdminAudit audit, TimeProvider time, string application, string suite)
    : IDisposable
{
    public const int MaxBytes = 1024 * 1024;

    private readonly SemaphoreSlim _gate = new(1, 1);

    public async Task ExportAsync(HttpContext context)
    {
        // What names no setting may be anything, also a secret in the wrong place. It got there since the start, which would have refused it.
        if (settings.FindRefusal(ReadOnlyDictionary<string, string?>.Empty) is { } refusal)
        {
            throw new HttpProblemException(new HttpProblem(
                StatusCodes.Status409Conflict, ProblemCodes.Conflict, "Conflict", $"The configuration has changed into one that no start would take, and is not exported: {refusal}"));
        }

        ConfigurationDocument? document = null;
        await audit.RecordAsync(context, "export configuration", application, ReadAsync()).ConfigureAwait(false);
        await AdminJson.WriteAsync(context, document!, AdminJsonContext.Default.ConfigurationDocument).ConfigureAwait(false);

        async ValueTask<long> ReadAsync()
        {
            var (current, omitted) = settings.Read();
            var stored = keys is null ? [] : await keys.ReadAsync(context.RequestAborted).ConfigureAwait(false);
            document = new ConfigurationDocument
            {
                Format = ConfigurationDocument.FormatName,
                Version = ConfigurationDocument.CurrentVersion,
                ExportedAt = time.GetUtcNow(),
                Application = application,
                Suite = suite,
                Settings = JsonElement.Parse(SettingsJson.Write(current).Span),
                Omitted = omitted,
                Keys = [.. stored.Select(ConfigurationKey.Of)],
            };
            return current.Count + stored.Count;
        }
    }

    public async Task ImportAsync(HttpContext context)
    {
        var order = await ImportReader.ReadAsync(context).ConfigureAwait(false);
        await _gate.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        try
        {
            var plan = importer.Plan(order.Settings);
            IReadOnlyList<RestoredKeyView> restored = [];
            if (order.IsTrial)
            {
                restored = await importer.RestoreAsync(order, context.RequestAborted).ConfigureAwait(false);
            }
            else
            {
                await audit.RecordAsync(context, "import configuration", application, ApplyAsync()).ConfigureAwait(false);
            }

            var isComplete = restored.All(static key => key.Outcome != ApiKeyRestore.Conflict);
            await AdminJson.WriteAsync(context, new ImportView(order.IsTrial, isComplete, plan.Settings, restored), AdminJsonContext.Default.ImportView).ConfigureAwait(false);

            async ValueTask<long> ApplyAsync()
            {
                importer.Write(plan);
                restored = await importer.RestoreAsync(order, context.RequestAborted).ConfigureAwait(false);
                return plan.Settings.Count(static setting => setting.Outcome == SettingOutcome.Written)
                    + restored.Count(static key => key.Outcome is ApiKeyRestore.Created or ApiKeyRestore.Replaced);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();
}
