namespace Pipeline.Postgres.Servers;

/// <summary>What belongs to a server: standbys and the small disk.</summary>
public sealed partial class PostgresServer
{
    /// <summary>Starts a standby: a copy of this server that follows it and takes reads only. It asks for the same password.</summary>
    public async Task<PostgresServer> CreateStandbyAsync()
    {
        var standby = new PostgresServer(Options with { SmallDisk = null }, await PostgresProgram.CreateFolderAsync());
        return await standby.StartOnFreePortAsync(async () =>
        {
            var start = PostgresProgram.Start(
                standby._folder,
                PostgresProgram.PathOf("pg_basebackup"), "--pgdata", standby.Data, "--dbname", $"host=127.0.0.1 user={Superuser}", "--port", Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
                "--checkpoint", "fast", "--write-recovery-conf", "--no-sync", "--no-password");
            if (Options.Password is { } password)
                start.Environment["PGPASSWORD"] = password;
            await PostgresProgram.RunAsync(start);
        });
    }

    /// <summary>Waits until a standby of this server has everything that is committed here now.</summary>
    public async Task WaitForStandbyAsync(PostgresServer standby)
    {
        // Not what is flushed: a server that is not durable flushes later.
        var end = (string)(await ScalarAsync("SELECT pg_current_wal_insert_lsn()::text"))!;
        await Waiting.UntilAsync(
            async () => await standby.ScalarAsync($"SELECT pg_last_wal_replay_lsn() >= {Literal(end)}::pg_lsn") is true, "the standby to follow");
    }

    /// <summary>Makes a standby a server of its own that takes writes.</summary>
    public Task PromoteAsync() => ExecuteAsync("SELECT pg_promote(wait => true)");

    /// <summary>Creates the tablespace on the small disk of the options. There is one, and it is gone when the server ends.</summary>
    public async Task<PostgresTablespace> CreateTablespaceAsync()
    {
        if (Options.SmallDisk is null)
            throw new InvalidOperationException("The server has no small disk. Start it with PostgresServerOptions.SmallDisk, such as \"16m\".");

        await ExecuteAsync($"CREATE TABLESPACE {PostgresTablespace.Name} LOCATION {Literal(SmallDisk.PathIn(_folder))}");
        return new PostgresTablespace(SmallDisk.PathSeenFrom(ProcessId, _folder));
    }
}
