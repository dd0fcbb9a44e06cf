namespace Pipeline.Postgres.Servers;

/// <summary>The data of a server that has never run: made once a run, since that takes seconds, and copied for each server.</summary>
internal static class PostgresTemplate
{
    private static readonly Lazy<Task<string>> Data = new(CreateAsync);

    /// <summary>Copies the data to a folder that does not exist yet.</summary>
    public static async Task CopyToAsync(string target)
    {
        var source = await Data.Value;
        await PostgresProgram.RunAsync(PostgresProgram.Start("/", "cp", "--archive", "--reflink=auto", source, target));
    }

    private static async Task<string> CreateAsync()
    {
        var data = Path.Combine(await PostgresProgram.CreateFolderAsync(), "data");
        await PostgresProgram.RunAsync(PostgresProgram.Start(
            "/", PostgresProgram.PathOf("initdb"), "--pgdata", data, "--username", PostgresNode.Superuser, "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"));
        return data;
    }
}
