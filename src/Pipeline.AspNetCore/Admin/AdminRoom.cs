namespace Pipeline.Admin;

/// <summary>What the endpoints of the administration call; no keys where the application has none.</summary>
internal sealed record AdminRoom(AdminQueues Queues, AdminSpend Spend, AdminDoctor Doctor, AdminVersion Version, AdminConfiguration Configuration, AdminKeys? Keys);
