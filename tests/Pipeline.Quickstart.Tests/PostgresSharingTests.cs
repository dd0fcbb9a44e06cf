using Microsoft.Extensions.DependencyInjection;
using Pipeline.DependencyInjection;
using Pipeline.Postgres.Servers;
using Quickstart.Ingestion;

namespace Quickstart;

public sealed class PostgresSharingTests : SharingTests
{
    private PostgresServer _server = null!;

    protected override string Argument => "--postgres";

    protected override string Server => _server.ConnectionString("postgres");

    protected override string Backend => $"Postgres at {_server.EndPoint}/postgres";

    private protected override SharedServer Shared => new(Postgres: Server);

    protected override IPipelineBuilder Use(IPipelineBuilder pipeline) => pipeline.UsePostgres(Server);

    protected override async Task StartServerAsync() => _server = await PostgresServer.StartAsync();

    protected override Task StopServerAsync() => _server.StopAsync();

    protected override async Task EndServerAsync() => await _server.DisposeAsync();
}
