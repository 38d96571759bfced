// The first step.

if (calm.matches) document.documentElement.classList.add("still");
showTheme();
fromHash();
if (now.view < 0) open(Math.max(0, views.findIndex((view) => view.key === story.first)), 0);
