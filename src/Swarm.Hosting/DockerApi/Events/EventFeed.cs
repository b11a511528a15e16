using Microsoft.Extensions.Logging;

namespace Swarm.Hosting.DockerApi;

/// <summary>Fills the event history from the changes of the swarm, while this node is a manager.</summary>
internal sealed partial class EventFeed(EventHistory history, TimeProvider timeProvider, ILogger<EventFeed> logger)
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Follows the swarm until cancelled; what was seen is forgotten at the end.</summary>
    public async Task RunAsync(ISwarmClient client, CancellationToken cancellationToken)
    {
        ObjectVersion? resumeFrom = null;
        try
        {
            while (true)
            {
                try
                {
                    await foreach (var change in client.WatchAsync(new(ResumeFrom: resumeFrom), cancellationToken))
                    {
                        Add(change);
                        resumeFrom = change.Version;
                    }
                }
                catch (SwarmException exception)
                {
                    // The gap cannot be filled: the store knows what is, not what happened.
                    resumeFrom = exception.Code == SwarmErrorCode.ResyncRequired ? null : resumeFrom;
                    LogInterrupted(exception.Message);
                }

                await Task.Delay(RetryDelay, timeProvider, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            history.Clear();
        }
    }

    private void Add(ObjectChange change)
    {
        if (SwarmEvents.Of(change, timeProvider.GetUtcNow()) is { } engineEvent)
        {
            history.Add(engineEvent);
        }
    }

    [LoggerMessage(4120, LogLevel.Warning, "The event feed was interrupted: {Reason}")]
    private partial void LogInterrupted(string reason);
}
