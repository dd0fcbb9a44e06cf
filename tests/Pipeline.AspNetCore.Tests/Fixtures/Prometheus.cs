using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Pipeline.TestSupport;

namespace Pipeline.Fixtures;

/// <summary>A real Prometheus: a child process on a free port of the loopback address that scrapes a server several times a second.</summary>
internal sealed class Prometheus : IAsyncDisposable
{
    private const int Attempts = 20;

    private readonly string _folder = ServerWatch.CreateFolder();
    private readonly ConcurrentQueue<string> _output = new();
    private ServerProcess? _process;
    private HttpClient _client = new();

    private Prometheus()
    {
    }

    /// <summary>Starts it.</summary>
    /// <param name="target">The server whose <c>/metrics</c> it scrapes, as the job <c>api</c>.</param>
    /// <param name="rules">A file of rules that it evaluates, too.</param>
    public static async Task<Prometheus> StartAsync(Uri target, string rules)
    {
        var prometheus = new Prometheus();
        try
        {
            // Another process can take the port between the look and the start.
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                if (await prometheus.TryRunAsync(target, rules))
                    return prometheus;
            }

            throw new InvalidOperationException($"Prometheus did not start:\n{string.Join('\n', prometheus._output)}");
        }
        catch
        {
            await prometheus.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of a query that gives one series; null where it gives none.</summary>
    public async Task<double?> QueryAsync(string query)
    {
        using var answer = await GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");
        var result = answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().ToArray();
        return result switch
        {
            [] => null,
            [var one] => double.Parse(one.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"'{query}' gives {result.Length} series."),
        };
    }

    /// <summary>Waits until a query gives a value, which the next scrape brings at the latest.</summary>
    public Task QueryIsAsync(string query, double value) => Waiting.UntilAsync(async () => await QueryAsync(query) == value, $"'{query}' to be {value}");

    /// <summary>Asks its API.</summary>
    public async Task<JsonDocument> GetAsync(string path)
    {
        using var response = await _client.GetAsync(path);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonDocument.Parse(text) : throw new InvalidOperationException($"{path}: {text}");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_process is not null)
            await _process.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> TryRunAsync(Uri target, string rules)
    {
        var configuration = Path.Combine(_folder, "prometheus.yml");
        await File.WriteAllTextAsync(configuration, $$"""
            global: {scrape_interval: 250ms, evaluation_interval: 250ms}
            rule_files: ['{{rules}}']
            scrape_configs:
              - job_name: api
                scrape_timeout: 250ms
                static_configs: [{targets: ['{{target.Authority}}']}]
            """);
        var port = LoopbackPort.FindFree();
        var start = new ProcessStartInfo(
            "/usr/bin/prometheus",
            [$"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(_folder, "data")}", $"--web.listen-address=127.0.0.1:{port}"]);
        _process = ServerProcess.Start(start, "Server is ready to receive web requests", _output);
        if (await _process.Ready)
        {
            _client.Dispose();
            _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            return true;
        }

        await _process.DisposeAsync();
        _process = null;
        return false;
    }
}
