// What the desk does in the browser beyond links and forms. Every page works without it.
"use strict";
