namespace Pipeline.Diagnostics;

/// <summary>Whether the role may do all that the roles of the suite do. Where the schema is still to be made: whether it may make it.</summary>
internal sealed class PostgresRightsCheck(PostgresDoctorTargets targets) : PostgresCheck(targets, "rights")
{
    private const int MostShown = 8;

    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        var schema = target.Connection.SchemaName;
        if (!facts.Is("has_schema"))
        {
            JudgeMaking(target, facts, findings);
        }
        else if (!facts.Is("may_use_schema"))
        {
            findings.Fail($"The role on {facts.Name} may not use the schema '{schema}'.", $"Run GRANT USAGE ON SCHEMA {schema} TO <role>, and the grants of docs/postgres.md.");
        }
        else
        {
            await JudgeUseAsync(target, facts, findings, cancellationToken).ConfigureAwait(false);
        }

        if (facts.Is("bypasses_walls") && target.Has(PostgresDoctorTarget.Searchers))
        {
            findings.Warn(
                $"The role on {facts.Name} is a superuser or has BYPASSRLS, so that row-level security does not stand behind the walls between tenants.",
                "Let the application log in with a role of its own, which has neither.");
        }
    }

    private static void JudgeMaking(PostgresDoctorTarget target, PostgresFacts facts, DoctorFindings findings)
    {
        if (!target.Migrates || facts.Is("may_create_schema"))
        {
            findings.Note($"The schema '{target.Connection.SchemaName}' of {facts.Name} is still to be made{(target.Migrates ? ", which the role may" : "")}.");
        }
        else
        {
            findings.Fail(
                $"The role on {facts.Name} may not create the schema '{target.Connection.SchemaName}'.",
                "Run GRANT CREATE ON DATABASE <database> TO <role>, or the script of PostgresSchema.CreateScript with a role that may, and set MigrateOnStart to false.");
        }
    }

    private static async Task JudgeUseAsync(PostgresDoctorTarget target, PostgresFacts facts, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var schema = target.Connection.SchemaName;
        var all = await PostgresTableFacts.ReadAsync(target, cancellationToken).ConfigureAwait(false);
        var lacking = all.Where(static one => one.Missing.Length > 0).ToArray();
        if (lacking.Length == 0)
        {
            findings.Note($"The role on {facts.Name} may use all that the schema '{schema}' holds for its roles.");
            return;
        }

        var shown = string.Join("; ", lacking.Take(MostShown).Select(static one => $"{one.Missing} on {one.Name}"));
        var more = lacking.Length > MostShown ? $"; and on {lacking.Length - MostShown} more" : "";
        findings.Fail(
            $"The role on {facts.Name} lacks in the schema '{schema}': {shown}{more}.",
            $"Run GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO <role>; GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO <role>; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO <role>.");
    }
}
