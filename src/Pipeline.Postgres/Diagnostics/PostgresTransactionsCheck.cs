using System.Globalization;

namespace Pipeline.Diagnostics;

/// <summary>Whether something old keeps vacuum from clearing away what died since: a transaction, a prepared one, a replication slot.</summary>
internal sealed class PostgresTransactionsCheck(PostgresDoctorTargets targets, TimeSpan? longest = null, long mostTransactions = 1_000_000) : PostgresCheck(targets, "transactions")
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    protected override async Task LookAsync(PostgresDoctorTarget target, DoctorFindings findings, CancellationToken cancellationToken)
    {
        var facts = await PostgresFacts.ReadAsync(target.Connection, cancellationToken).ConfigureAwait(false);
        var isHeld = false;
        if (IsOld("transaction"))
        {
            Warn(
                $"A transaction on {facts.Name} is open {Since("transaction")}",
                "Look at pg_stat_activity ORDER BY xact_start, end it with pg_terminate_backend, and set idle_in_transaction_session_timeout.");
        }

        if (IsOld("prepared"))
        {
            Warn($"A prepared transaction on {facts.Name} waits for its end {Since("prepared")}", "Look at pg_prepared_xacts, and run COMMIT PREPARED or ROLLBACK PREPARED.");
        }

        if (facts.Number("slot_age") > mostTransactions)
        {
            Warn(
                $"The replication slot {facts.Text("slot")} on {facts.Name} holds on to what was {Age("slot")} ago",
                "See that its consumer follows, or drop it with pg_drop_replication_slot.");
        }

        if (!isHeld)
        {
            findings.Note($"Nothing on {facts.Name} holds back vacuum.");
        }

        bool IsOld(string what) => facts.Real(what + "_seconds") > (longest ?? Long).TotalSeconds || facts.Number(what + "_age") > mostTransactions;

        string Since(string what) => facts.Real(what + "_seconds") is { } seconds
            ? string.Create(CultureInfo.InvariantCulture, $"since {seconds / 60:N1} minutes and {Age(what)}")
            : $"since {Age(what)}";

        string Age(string what) => string.Create(CultureInfo.InvariantCulture, $"{facts.Number(what + "_age") ?? 0:N0} transactions");

        void Warn(string summary, string mend)
        {
            isHeld = true;
            findings.Warn(summary + ": vacuum clears away nothing that died since.", mend);
        }
    }
}
