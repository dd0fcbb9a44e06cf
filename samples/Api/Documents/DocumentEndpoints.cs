using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Problems;
using Pipeline.Queues;
using Pipeline.State;
using Pipeline.Steps;

namespace Api.Documents;

/// <summary>POST /documents and GET /documents/{id}.</summary>
internal static class DocumentEndpoints
{
    /// <summary>Takes a document, which a worker indexes later. Repeated with the same Idempotency-Key, it is taken once.</summary>
    public static async Task<Accepted<DocumentStatus>> AddAsync(
        NewDocument input, HttpContext context, IQueue<Document> documents, ITaskTracker tasks)
    {
        if (string.IsNullOrWhiteSpace(input.Text))
        {
            throw new HttpProblemException(new HttpProblem(
                StatusCodes.Status422UnprocessableEntity, ProblemCodes.InvalidInput, "Invalid input", "The document is empty. Give it a text."));
        }

        // First the record, so that no worker finds a document without one. If the process dies in between, the record times out.
        var id = Guid.CreateVersion7();
        var tenant = CallContext.Current.Tenant;
        await tasks.CreateAsync(tenant, id.ToString(), new TrackedTaskOptions { Timeout = TimeSpan.FromHours(1) }, context.RequestAborted);
        try
        {
            await documents.EnqueueAsync(new Document(id, input.Text), new EnqueueOptions { Id = id }, context.RequestAborted);
        }
        catch (QueueFullException)
        {
            await tasks.CancelAsync(tenant, id.ToString(), CancellationToken.None);
            throw;
        }

        return TypedResults.Accepted($"/documents/{id}", new DocumentStatus(id, TrackedTaskState.Pending));
    }

    /// <summary>Says where a document is. That of another tenant is not found.</summary>
    public static async Task<DocumentStatus> GetAsync(Guid id, HttpContext context, ITaskTracker tasks)
    {
        var task = await tasks.GetAsync(CallContext.Current.Tenant, id.ToString(), context.RequestAborted) ?? throw new HttpProblemException(new HttpProblem(
            StatusCodes.Status404NotFound, ProblemCodes.NotFound, "Not found", "There is no such document."));
        var index = task.State == TrackedTaskState.Completed ? JsonSerializer.Deserialize(task.Result.Span, ApiJson.Default.DocumentIndex) : null;
        return new DocumentStatus(id, task.State, task.Attempts, index, task.Error?.Message);
    }
}
