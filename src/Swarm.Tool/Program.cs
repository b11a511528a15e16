using Swarm.Tool;

return await ToolProgram.RunAsync(args);
