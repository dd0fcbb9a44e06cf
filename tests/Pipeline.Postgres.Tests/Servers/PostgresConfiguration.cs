using System.Globalization;

namespace Pipeline.Postgres.Servers;

/// <summary>Writes what a server's <c>postgresql.conf</c> has at its end.</summary>
internal static class PostgresConfiguration
{
    public static IEnumerable<string> Lines(PostgresServerOptions options, int port) =>
    [
        "listen_addresses = '127.0.0.1'",
        string.Create(CultureInfo.InvariantCulture, $"port = {port}"),
        "unix_socket_directories = ''",
        "max_connections = 300",
        "shared_preload_libraries = 'pg_stat_statements'",
        "pg_stat_statements.max = 20000",

        // It goes with the folder of a server that is killed, as /dev/shm would not.
        "dynamic_shared_memory_type = mmap",
        "ssl = off",
        "lc_messages = 'C'",

        // Commits still reach the system, or a server that is killed would forget the last of them.
        .. options.Durable ? Array.Empty<string>() : ["fsync = off", "full_page_writes = off"],
        .. options.Settings.Select(setting => $"{setting.Key} = {setting.Value}"),
    ];

    /// <summary>Returns the lines of <c>pg_hba.conf</c> of a server that asks for passwords.</summary>
    public static IEnumerable<string> Access() =>
    [
        "host all all 127.0.0.1/32 scram-sha-256",
        "host replication all 127.0.0.1/32 scram-sha-256",
    ];
}
