using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Npgsql;

namespace Pipeline.Postgres.Servers;

/// <summary>A real PostgreSQL server of a test's own: child processes on a free port of the loopback address, its data in a temporary folder.</summary>
/// <remarks>It ends with this object, and with the test process whatever ends that.</remarks>
public sealed partial class PostgresServer : PostgresNode, IAsyncDisposable
{
    private const int Attempts = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _output = new();
    private readonly string _folder;
    private ServerProcess? _process;
    private IReadOnlyList<int> _paused = [];
    private int _port;

    private PostgresServer(PostgresServerOptions options, string folder)
    {
        Options = options;
        _folder = folder;
    }

    public PostgresServerOptions Options { get; }

    public override IPEndPoint EndPoint => new(IPAddress.Loopback, _port);

    public int Port => _port;

    /// <summary>Gets if the server runs; one that is paused does.</summary>
    public bool IsRunning => _process is not null;

    /// <summary>Gets the last lines that the server wrote, for the message of a failing test.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>Gets the process id of the server that runs: that of the process whose children serve the sessions.</summary>
    public int ProcessId => Running.Id;

    private protected override NpgsqlConnectionStringBuilder Login => new()
    {
        Host = EndPoint.Address.ToString(),
        Port = _port,
        Username = Superuser,
        Password = Options.Password,
        Database = "postgres",
    };

    private ServerProcess Running => _process ?? throw new InvalidOperationException("The server does not run. Start it with StartAgainAsync.");

    private string Data => Path.Combine(_folder, "data");

    /// <summary>Starts a server and waits until it accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it wrote.</exception>
    public static async Task<PostgresServer> StartAsync(PostgresServerOptions? options = null)
    {
        var server = new PostgresServer(options ?? new(), await PostgresProgram.CreateFolderAsync());
        return await server.StartOnFreePortAsync(async () =>
        {
            await PostgresTemplate.CopyToAsync(server.Data);
            if (server.Options.Password is { } password)
                await server.RequirePasswordAsync(password);
        });
    }

    /// <summary>Shuts the server down.</summary>
    public Task StopAsync(PostgresStop how = PostgresStop.Fast) => EndAsync(how == PostgresStop.Fast ? Signal.Interrupt : Signal.Quit);

    /// <summary>Kills the server, the sessions with it, with SIGKILL: nothing of it gets to do anything more.</summary>
    public Task KillAsync() => EndAsync(Signal.Kill);

    /// <summary>Starts the server again on its port with its data, after shutting it down where it runs.</summary>
    /// <exception cref="InvalidOperationException">It did not start; the message has what it wrote.</exception>
    public async Task StartAgainAsync()
    {
        if (IsRunning)
            await StopAsync();

        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await TryRunAsync())
                return;
        }

        throw Failure();
    }

    /// <summary>Stops the server and its sessions with SIGSTOP: connections stay, nothing is answered. Returns when all stand still.</summary>
    public void Pause()
    {
        // The parent first: then no further session begins.
        var server = Running;
        server.Send(Signal.Stop);
        server.WaitUntilStopped();
        _paused = Signal.ChildrenOf(server.Id);
        foreach (var child in _paused)
        {
            // A parent that is killed does not take children with it that stand still.
            ServerWatch.Add(child);
            Signal.TrySend(child, Signal.Stop);
        }

        foreach (var child in _paused)
            Signal.WaitUntilStopped(child);
    }

    /// <summary>Continues what <see cref="Pause"/> stopped.</summary>
    public void Resume()
    {
        foreach (var child in _paused)
        {
            Signal.TrySend(child, Signal.Continue);
            ServerWatch.Remove(child);
        }

        _paused = [];
        Running.Send(Signal.Continue);
    }

    public async ValueTask DisposeAsync()
    {
        // Killed, it would leave a scrap of shared memory behind.
        await EndAsync(Signal.Quit);
        SharedMemory.RemoveLeftBy(Data);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task EndAsync(int signal)
    {
        if (_process is not { } process)
            return;

        IReadOnlyList<int> children = [];
        if (signal == Signal.Kill)
        {
            Pause();
            children = _paused;
            foreach (var child in children)
                Signal.TrySend(child, signal);
        }

        // What is paused ends only when it continues.
        process.Send(signal);
        Resume();
        await process.WaitForEndAsync();
        foreach (var child in children)
            Signal.WaitUntilGone(child);
        await process.DisposeAsync();
        _process = null;
    }

    private async Task<PostgresServer> StartOnFreePortAsync(Func<Task> createData)
    {
        try
        {
            await createData();

            // Another process can take the port between the look and the start.
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                _port = LoopbackPort.FindFree();
                await File.AppendAllLinesAsync(Path.Combine(Data, "postgresql.conf"), PostgresConfiguration.Lines(Options, _port));
                if (await TryRunAsync())
                    return this;
            }

            throw Failure();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>Gives the superuser a password before anybody can connect.</summary>
    private async Task RequirePasswordAsync(string password)
    {
        await PostgresProgram.RunAsync(
            PostgresProgram.Start(_folder, PostgresProgram.PathOf("postgres"), "--single", "-D", Data, "-c", "fsync=off", "postgres"),
            $"ALTER ROLE {Superuser} PASSWORD {Literal(password)}\n");
        await File.WriteAllLinesAsync(Path.Combine(Data, "pg_hba.conf"), PostgresConfiguration.Access());
    }

    private async Task<bool> TryRunAsync()
    {
        var program = Options.WithVector ? PostgresProgram.PathOf("postgres") : PostgresProgram.WithoutVector;
        string[] command = [program, "-D", Data];
        var start = Options.SmallDisk is { } size ? SmallDisk.Start(_folder, size, command) : PostgresProgram.Start(_folder, command);
        var process = _process = ServerProcess.Start(start, "ready to accept", _output);
        if (await process.Ready.WaitAsync(Patience))
            return true;

        await process.DisposeAsync();
        _process = null;
        return _output.Any(line => line.Contains("Address already in use", StringComparison.Ordinal)) ? false : throw Failure();
    }

    private InvalidOperationException Failure() =>
        new(string.Create(CultureInfo.InvariantCulture, $"postgres did not start on port {_port}. It wrote:\n{Output}"));
}
