using Pipeline.Scheduler;

SchedulerHost.Build(args).Run();
