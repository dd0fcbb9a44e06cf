using Pipeline.Vectors;

namespace Pipeline.Diagnostics;

/// <summary>Whether pgvector is in the database, and new enough for indexes.</summary>
internal sealed class PostgresVectorCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "vector", PostgresDoctorTarget.Searchers)
{
    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        var least = PostgresVectorExtension.LeastIndexing;
        if (facts.Text("vector_version") is not { } installed)
        {
            findings.Warn(
                $"{facts.Name} has no pgvector: vectors are searched exactly, which takes time in proportion to a tenant's items.",
                facts.Text("vector_offered") is null
                    ? $"Install pgvector {least} or later on the server, then run CREATE EXTENSION vector in the database, as a superuser."
                    : "Run CREATE EXTENSION vector in the database, as a superuser.");
        }
        else if (!Version.TryParse(installed, out var version) || version < least)
        {
            findings.Warn(
                $"{facts.Name} has pgvector {installed}: vectors are searched exactly, which takes time in proportion to a tenant's items.",
                $"Install pgvector {least} or later on the server, then run ALTER EXTENSION vector UPDATE in the database.");
        }
        else
        {
            findings.Note($"{facts.Name} has pgvector {installed}.");
        }
    }
}
