using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Problems;
using Pipeline.Queues;

namespace Pipeline.Admin;

/// <summary>The endpoints of the queues.</summary>
internal sealed class AdminQueues(IQueueProvider queues, AdminAudit audit)
{
    private const int PageSize = 100;
    private const int GreatestPageSize = 1_000;

    public async Task ListAsync(HttpContext context)
    {
        var names = queues.Catalog.Definitions.Keys.Order(StringComparer.Ordinal);
        var views = await Task.WhenAll(names.Select(name => QueueView.ReadAsync(queues.GetQueue(name), context.RequestAborted))).ConfigureAwait(false);
        await AdminJson.WriteAsync(context, new QueueListView(views), AdminJsonContext.Default.QueueListView).ConfigureAwait(false);
    }

    /// <summary>The statistics of the queue that the route or the query names.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var view = await QueueView.ReadAsync(Find(context), context.RequestAborted).ConfigureAwait(false);
        await AdminJson.WriteAsync(context, view, AdminJsonContext.Default.QueueView).ConfigureAwait(false);
    }

    public async Task BrowseAsync(HttpContext context)
    {
        var queue = Find(context);
        var filter = new DeadLetterFilter
        {
            Tenant = AdminQuery.Text(context, "tenant"),
            Type = AdminQuery.Text(context, "type"),
            Reason = AdminQuery.Value<DeadLetterReason>(context, "reason"),
            DeadFrom = AdminQuery.Time(context, "deadFrom"),
            DeadBefore = AdminQuery.Time(context, "deadBefore"),
        };
        var count = AdminQuery.Number(context, "limit", PageSize, 1, GreatestPageSize);
        var page = await BrowseAsync(queue, filter, count, AdminQuery.Text(context, "continuation"), context.RequestAborted).ConfigureAwait(false);
        await AdminJson.WriteAsync(
            context, new DeadLetterPageView([.. page.Items.Select(DeadLetterView.Of)], page.Continuation), AdminJsonContext.Default.DeadLetterPageView).ConfigureAwait(false);
    }

    public async Task RedriveAsync(HttpContext context)
    {
        var queue = Find(context);
        var (filter, max) = (await AdminJson.ReadAsync(context, AdminJsonContext.Default.DeadLetterSelection).ConfigureAwait(false)).Read();
        var redrive = queue.DeadLetters.RedriveAsync(filter, max, context.RequestAborted);
        var count = await audit.RecordAsync(context, "redrive", queue.Definition.Name, redrive).ConfigureAwait(false);
        await AdminJson.WriteAsync(context, new AffectedView(count), AdminJsonContext.Default.AffectedView).ConfigureAwait(false);
    }

    public async Task DiscardAsync(HttpContext context)
    {
        var queue = Find(context);
        var (filter, max) = (await AdminJson.ReadAsync(context, AdminJsonContext.Default.DeadLetterSelection).ConfigureAwait(false)).Read();
        var discard = queue.DeadLetters.DiscardAsync(filter, max, context.RequestAborted);
        var count = await audit.RecordAsync(context, "discard", queue.Definition.Name, discard).ConfigureAwait(false);
        await AdminJson.WriteAsync(context, new AffectedView(count), AdminJsonContext.Default.AffectedView).ConfigureAwait(false);
    }

    private static async Task<DeadLetterPage> BrowseAsync(
        IQueue queue, DeadLetterFilter filter, int count, string? continuation, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.DeadLetters.BrowseAsync(filter, count, continuation, cancellationToken).ConfigureAwait(false);
        }
        catch (ArgumentException) when (continuation is not null)
        {
            throw AdminQuery.Refuse("'continuation' is not one of this queue's. Give that of the page before, or leave it out to begin.");
        }
    }

    private IQueue Find(HttpContext context)
    {
        var name = context.GetRouteValue("queue") as string ?? AdminQuery.Text(context, "name") ?? throw AdminQuery.Refuse("'name' is missing. Give the name of a queue.");
        return queues.Catalog.Definitions.ContainsKey(name)
            ? queues.GetQueue(name)
            : throw new HttpProblemException(new HttpProblem(StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Not found", "There is no queue of this name."));
    }
}
