// The first step.

if (calm.matches) document.documentElement.classList.add("still");
showTheme();
fromHash();
if (now.view < 0) open(0, 0);
