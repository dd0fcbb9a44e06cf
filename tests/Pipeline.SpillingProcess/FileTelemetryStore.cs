using Pipeline.Telemetry;

namespace Pipeline.SpillingProcess;

/// <summary>Appends the ids of records to a file, and tells of it; without a file it hangs.</summary>
internal sealed class FileTelemetryStore(string path) : ITelemetryStore
{
    public string Name => "file";

    public async ValueTask WriteAsync(ReadOnlyMemory<TelemetryRecord> records, CancellationToken cancellationToken = default)
    {
        if (path.Length == 0)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        var lines = records.ToArray().Select(record => record.Id.ToString());
        await File.AppendAllLinesAsync(path, lines, cancellationToken);
        Console.Out.WriteLine("written");
    }
}
