namespace Swarm.Net.Userspace;

/// <summary>What an event loop waits for. All members are called on the loop's thread.</summary>
internal interface IEventSource
{
    /// <summary>Something happened.</summary>
    /// <param name="side">Which of its descriptors: 0 or 1.</param>
    /// <param name="events">What, in the bits of epoll.</param>
    void Handle(int side, uint events);

    /// <summary>Some time has passed.</summary>
    void Sweep(long now);

    /// <summary>The loop ends, or the source failed: nothing may stay open.</summary>
    void Abandon();
}

/// <summary>What an event loop is given to do by others.</summary>
internal interface ILoopWork
{
    void Run(EventLoop loop);
}
