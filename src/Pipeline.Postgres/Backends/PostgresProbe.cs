namespace Pipeline.Backends;

/// <summary>Whether the server answers, and its schema can be used. Asked by the start and by the doctor.</summary>
internal sealed class PostgresProbe(PostgresConnection connection, StartupCheck requirement) : IBackendProbe
{
    public string Backend => connection.Backend;

    public StartupCheck Requirement => requirement;

    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        await connection.PrepareAsync(cancellationToken).ConfigureAwait(false);
        await connection.QueryAsync(
            "probe",
            connection.Sql["Backends/read-version.sql"],
            state: 0,
            static (_, _) => { },
            static async (reader, _, deadline) => await reader.ReadAsync(deadline).ConfigureAwait(false),
            cancellationToken).ConfigureAwait(false);
    }
}
